#include "flight.hpp"

#include "cfkops/kube/api_status.hpp"

#include <memory>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

Error not_upgraded(const kube::Response& response, const kube::Request& request) {
  const std::string what = request.method + " " + request.target;
  return response.status >= 400
             ? kube::error_of(response, what)
             : make_error(ErrorCode::Protocol, "the server did not upgrade to WebSocket").in(what);
}

}  // namespace

Error connection_lost(const kube::Request& request) {
  return make_error(ErrorCode::ConnectionLost,
                    "the connection broke before the whole answer came",
                    "look whether the change was made before making it again")
      .in(request.method + " " + request.target);
}

Flight::Flight(kube::Request request, Road road)
    : request_(std::move(request)),
      road_(std::move(road)) {}

void Flight::reach(ApiServer& server) {
  if (socket_ != nullptr) {
    server.connect(request_, *this);
  } else {
    served_ = server.handle(request_, *this);
  }
}

void Flight::leave(ApiServer& server) {
  done_ = true;
  if (served_ != 0 && !ended_) {
    ended_ = true;
    server.cancel(served_);
  }
}

void Flight::answer(kube::Response response) {
  ended_ = true;
  // Shared, since what a function holds is copied with it, and moved on since it is told once.
  const auto whole = std::make_shared<kube::Response>(std::move(response));
  road_([whole](Flight& flight) { flight.tell_answer(std::move(*whole)); });
}

void Flight::head(kube::Response head) {
  road_([head = std::move(head)](Flight& flight) { flight.tell_head(head); });
}

void Flight::data(std::string_view bytes) {
  road_([bytes = std::string(bytes)](Flight& flight) { flight.tell_data(bytes); });
}

void Flight::end() {
  ended_ = true;
  road_([](Flight& flight) { flight.tell_end(); });
}

void Flight::break_off() {
  ended_ = true;
  lose(connection_lost(request_));
}

void Flight::lose(Error error) {
  road_([error = std::move(error)](Flight& flight) { flight.fail(error); });
}

void Flight::turn_away(kube::Response response) {
  if (socket_ != nullptr) {
    refuse(std::move(response));
  } else {
    answer(std::move(response));
  }
}

void Flight::refuse(kube::Response response) {
  road_([response = std::move(response)](Flight& flight) {
    flight.fail(not_upgraded(response, flight.request_));
  });
}

void Flight::open(std::string_view protocol) {
  road_([protocol = std::string(protocol)](Flight& flight) { flight.socket_->on_open(protocol); });
}

void Flight::message(std::string_view bytes) {
  road_([bytes = std::string(bytes)](Flight& flight) { flight.socket_->on_message(bytes); });
}

void Flight::close(int code) {
  road_([code](Flight& flight) {
    flight.done_ = true;
    flight.socket_->on_close(code);
  });
}

void Flight::fail(const Error& error) {
  done_ = true;
  if (completion_) {
    completion_(error);
  } else if (stream_ != nullptr) {
    stream_->on_end(error);
  } else if (socket_ != nullptr) {
    socket_->on_close(error);
  }
}

// A callback may cancel this very exchange, which then is done before the next one.
void Flight::tell_answer(kube::Response response) {
  if (completion_) {
    done_ = true;
    completion_(std::move(response));
    return;
  }
  tell_head(response);
  if (!done_ && !response.body.empty()) {
    tell_data(response.body);
  }
  if (!done_) {
    tell_end();
  }
}

void Flight::tell_head(const kube::Response& head) {
  if (stream_ != nullptr) {
    kube::Response bare = head;
    bare.body.clear();
    stream_->on_head(bare);
  } else {
    collected_ = head;
  }
}

void Flight::tell_data(std::string_view bytes) {
  if (stream_ != nullptr) {
    stream_->on_data(bytes);
  } else {
    collected_.body += bytes;
  }
}

void Flight::tell_end() {
  done_ = true;
  if (stream_ != nullptr) {
    stream_->on_end(Status());
  } else if (completion_) {
    completion_(std::move(collected_));
  }
}

}  // namespace cfkops::sandbox
