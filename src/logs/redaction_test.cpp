#include "cfkops/logs/redactor.hpp"

#include <array>

namespace cfkops::logs {

namespace {

struct Sample {
  const char* kind;
  const char* before;
  const char* secret;
  const char* behind;
};

// Made up, all of them. Those that scanners of source text would take for real ones are in pieces.
constexpr auto kSamples = std::to_array<Sample>({
    {"key in properties", "ssl.keystore.password=", "Tr0ub4dor&3", ""},
    {"JAAS, client",
     R"(sasl.jaas.config=o.a.k.PlainLoginModule required username="app" password=")",
     "hunter2-app",
     R"(";)"},
    {"JAAS, server's user", R"(  user_alice=")", "alice-s3cret", R"(" user_bob="x1y2z3w4";)"},
    {"key in JSON", R"({"user":"app","password":")", "p4ss,word;1", R"(","port":9092})"},
    {"key in JSON in JSON", R"({"config":"{\"apiKey\":\")", "9f8e7d6c5b4a", R"(\",\"a\":1}"})"},
    {"key in YAML", "    password: ", "correct horse battery", ""},
    {"environment", "AWS_SECRET_ACCESS_KEY=", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""},
    {"flag", "exec: tool --token ", "s3cr3t-flag-value", " --port 80"},
    {"flag with separators", "exec: tool --password=", "a,b;c&d", " --port 80"},
    {"key in XML", "<server><password>", "x-m-l&amp;pw", "</password></server>"},
    {"environment in JSON", R"([{"name":"DB_PASSWORD","value":")", "env-in-json", R"("}])"},
    {"list in JSON", R"({"X-Api-Key":["a1b2c3",")", "d4e5f6", R"("],"a":1})"},
    {"value in braces", R"({"secret":")", "{noop}plain-text", R"("})"},
    {"name behind the word", "with KAFKA_PASSWORD_ADMIN=", "adm1n-pw", " begun"},
    {"short word", R"({"user":"app","dbPass":")", "sh0rt-pw", R"("})"},
    {"Vault AppRole", "login with secret_id=", "1b2c3d4e-5f60", " done"},
    {"AWS signature", "GET /b?X-Amz-Expires=60&X-Amz-Signature=", "0123456789abcdef", " 200"},
    {"query", "GET /login?user=a&access_token=", "0a1b2c3d4e5f", "&x=1 HTTP/1.1"},
    {"connection string",
     "jdbc:sqlserver://db:1433;user=sa;password=",
     "Sql!Pass1",
     ";encrypt=true"},
    {"URL", "connect to amqp://guest:", "gu3st-pw", "@mq:5672/vhost"},
    {"Authorization, Basic", "Authorization: ", "Basic YXBwOmh1bnRlcjI=", ""},
    {"Basic in text", "sent header Basic ", "YXBwOmh1bnRlcjI=", " to server"},
    {"Bearer", "curl -H 'X-Auth: Bearer ", "mF_9.B5f-4.1JqM", "' https://x"},
    {"cookie", "Cookie: ", "session=abcdef0123456789; theme=dark", ""},
    {"JSON web token", "token is ", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl", " of me"},
    {"AWS key id", "using key AKIA", "IOSFODNN7EXAMPLE", " in eu-west-1"},
    {"Azure storage", "AccountName=x;AccountKey=", "Zm9vYmFyYmF6cXV4", ";EndpointSuffix=y"},
    {"Azure signature", "https://x.blob/y?sv=1&sig=", "abcDEF123%2Bxyz", "&se=2"},
    {"Google key", "key AIza", "SyA-EXAMPLE-EXAMPLE-EXAMPLE-EXAMPLE", " used"},
    {"GitHub token",
     "clone with ghp"
     "_",
     "0123456789abcdefghijABCDEFGHIJ012345",
     " failed"},
    {"GitLab token",
     "clone with glpat"
     "-",
     "0123456789abcdefghij",
     " failed"},
    {"Slack token",
     "post as xoxb"
     "-",
     "123456789012-abcdefghij",
     " failed"},
    {"Slack webhook", "POST https://hooks.slack.com/services/", "T00/B00/XXXXexample", " 200"},
    {"Vault token",
     "login hvs"
     ".",
     "CAESIExampleExampleExample",
     " ok"},
    {"npm token",
     "//r/:_authToken=npm"
     "_",
     "abcdefghijklmnopqrstuvwxyz0123456789",
     ""},
    {"SCRAM credential",
     "salt=",
     "MWx2NHBkNW5iODZmaG5kZmZ0",
     ",stored_key=a1b2c3d4,iterations=4096"},
    {"SCRAM proof", "c=biws,r=abc,p=", "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", ""},
    {"registry", R"({"auths":{"r":{"auth":")", "dXNlcjpwYXNzd29yZA==", R"("}}})"},
    {"private key, one line",
     "key: ",
     "-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2Vw\\n-----END PRIVATE KEY-----",
     " loaded"},
    {"private key, lines",
     "loaded\n-----BEGIN RSA PRIVATE KEY-----\n",
     "MIIEpAIBAAKCAQEA7bq0example",
     "\n-----END RSA PRIVATE KEY-----\ndone"},
});

constexpr auto kHarmless = std::to_array<const char*>({
    "[2026-01-01 03:00:05,123] INFO [KafkaServer id=0] started (kafka.server.KafkaServer)",
    "\tssl.keystore.password = [hidden]",
    "\tsasl.login.callback.handler.class = null",
    "\tdelegation.token.expiry.time.ms = 86400000",
    "\tssl.keystore.location = /mnt/sslcerts/keystore.jks",
    "Authorization was granted to User:alice for topic orders",
    "basic authentication is enabled",
    "GET http://connect:8083/connectors/a@b 200",
    "the password of user alice was changed",
    "PWD=/opt/kafka",
    "checks pass: 5, fail: 0",
    "tokenTtl=30s amid a text",
    R"({"volumes":[{"secret":{"secretName":"kafka-tls"}}]})",
    "password=${file:/mnt/secrets/kafka.txt:password}",
    "connect with password=${env:DB_PASSWORD} as app",
});

}  // namespace

std::vector<RedactionSample> test_redaction() {
  std::vector<RedactionSample> samples;
  for (const Sample& sample : kSamples) {
    RedactionSample tried{.kind = sample.kind,
                          .line = std::string(sample.before) + sample.secret + sample.behind,
                          .secret = sample.secret};
    Redactor redactor("salt");
    tried.after = redactor.text(tried.line);
    tried.good = tried.after.find(tried.secret) == std::string::npos && !redactor.counts().empty();
    samples.push_back(std::move(tried));
  }
  for (const char* line : kHarmless) {
    Redactor redactor("salt");
    RedactionSample tried{.kind = "nothing secret", .line = line, .secret = {}};
    tried.after = redactor.text(tried.line);
    tried.good = tried.after == tried.line;
    samples.push_back(std::move(tried));
  }
  return samples;
}

}  // namespace cfkops::logs
