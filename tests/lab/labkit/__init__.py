"""A Kubernetes and Kafka cluster on one machine, for the end-to-end tests."""
