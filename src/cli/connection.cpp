#include "connection.hpp"

namespace cfkops::cli {

Connection::~Connection() {
  if (cancel_ != nullptr && transport) {
    cancel_->set_waker({});
  }
}

kube::ReaderOptions Connection::reader_options(const GlobalArguments& global) const {
  kube::ReaderOptions options;
  options.request_timeout = global.request_timeout;
  options.listener = notices.get();
  return options;
}

Result<Connection> connect(const GlobalArguments& global,
                           const AppEnvironment& environment,
                           engine::Observer& observer) {
  CFKOPS_ASSIGN(kube::ClientConfig config,
                environment.configure ? environment.configure(global.config)
                                      : kube::load_client_config(
                                            global.config, kube::ConfigEnvironment::of_process()));
  Connection connection;
  connection.context = config.context;
  connection.ns = config.ns;
  connection.source = config.source;
  CFKOPS_ASSIGN(connection.transport, environment.connect(std::move(config)));
  environment.watch_signals();
  connection.cancel_ = &environment.cancel;
  environment.cancel.set_waker([transport = connection.transport.get()] { transport->wake(); });
  connection.loop =
      std::make_unique<kube::Loop>(*connection.transport, environment.clock, environment.cancel);
  connection.notices = std::make_unique<engine::Notices>(observer, nullptr);
  return connection;
}

}  // namespace cfkops::cli
