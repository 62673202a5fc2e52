#include "cfkops/lsp/server.hpp"

#include "diagnostics.hpp"
#include "document.hpp"
#include "features.hpp"
#include "framing.hpp"
#include "include.hpp"
#include "message.hpp"
#include "protocol.hpp"

#include "cfkops/base/result.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace cfkops::lsp {

namespace {

/// The most bytes of a document: edits may make it larger than any message is.
constexpr std::size_t kMostText = Framing::kMostContent;

/// A document that is open, with what the client calls its state.
struct Opened {
  Document document;
  std::optional<std::int64_t> version;
};

std::optional<std::int64_t> version_of(const Json& text_document) {
  const auto version = text_document.int_at("/version");
  return version ? std::optional(*version) : std::nullopt;
}

}  // namespace

/// The conversation with one client.
class Server::Session {
 public:
  explicit Session(Options options)
      : options_(std::move(options)) {}

  std::string receive(std::string_view bytes) {
    framing_.feed(bytes);
    std::vector<Message> messages;
    while (auto frame = framing_.next()) {
      if (frame->kind == Frame::Kind::Message) {
        messages.push_back(read_message(frame->text));
      } else {
        Message message;
        message.id = "null";
        message.refusal =
            frame->kind == Frame::Kind::TooLarge ? Refusal::InvalidRequest : Refusal::ParseError;
        message.wrong = std::move(frame->text);
        messages.push_back(std::move(message));
      }
    }
    take(messages);
    publish();
    return std::exchange(out_, {});
  }

  [[nodiscard]] std::optional<int> exit_code() const { return exit_code_; }

  [[nodiscard]] int exit_code_at_end() const { return exit_code_.value_or(shut_down_ ? 0 : 1); }

 private:
  using Answer = Result<Json> (Session::*)(const Json& params);
  using Notice = Status (Session::*)(const Json& params);

  struct RequestRow {
    std::string_view method;
    Answer answer;
  };

  struct NoticeRow {
    std::string_view method;
    Notice take;
  };

  void send(const std::string& content) { out_ += framed(content); }

  /// Cancelling comes in time for what was sent together with it.
  void take(const std::vector<Message>& messages) {
    for (std::size_t i = 0; i < messages.size() && !exit_code_; ++i) {
      const Message& message = messages[i];
      switch (message.kind) {
        case Message::Kind::Request:
          request(message, std::span(messages).subspan(i + 1));
          break;
        case Message::Kind::Notification:
          notice(message);
          break;
        case Message::Kind::Malformed:
          malformed(message);
          break;
        case Message::Kind::Response:
          break;
      }
    }
  }

  void request(const Message& message, std::span<const Message> later) {
    const bool initialize = message.method == "initialize";
    const auto* const row = std::ranges::find(kRequests, message.method, &RequestRow::method);
    if (shut_down_ || (initialize && initialized_)) {
      return send(refuse(message.id,
                         Refusal::InvalidRequest,
                         shut_down_ ? "the server is shut down" : "initialize was sent before"));
    }
    if (!initialized_ && !initialize) {
      return send(refuse(message.id, Refusal::NotInitialized, "initialize comes first"));
    }
    if (row == kRequests.end()) {
      return send(
          refuse(message.id, Refusal::MethodNotFound, "no method '" + message.method + "'"));
    }
    const bool cancelled = std::any_of(later.begin(), later.end(), [&](const Message& other) {
      return other.kind == Message::Kind::Notification && other.method == "$/cancelRequest" &&
             other.params.get("/id").dump() == message.id;
    });
    if (cancelled && !initialize) {
      return send(refuse(message.id, Refusal::Cancelled, "cancelled"));
    }
    const Result<Json> result = (this->*row->answer)(message.params);
    send(result ? answer(message.id, *result)
                : refuse(message.id, Refusal::InvalidParams, result.error().text()));
  }

  void notice(const Message& message) {
    if (message.method == "exit") {
      exit_code_ = exit_code_at_end();
      return;
    }
    const auto* const row = std::ranges::find(kNotices, message.method, &NoticeRow::method);
    if (row == kNotices.end() || !initialized_ || shut_down_) {
      return;
    }
    const Status taken = (this->*row->take)(message.params);
    if (!taken) {
      lose("a '" + message.method + "' cannot be taken: " + taken.error().text());
    }
  }

  void malformed(const Message& message) {
    send(refuse(message.id, message.refusal, message.wrong));
    if (message.id == "null") {
      lose(message.wrong);  // it may have been a change
    }
  }

  /// What the documents are is not known any more. Each one is until it is opened or sent as a
  /// whole again.
  void lose(const std::string& why) {
    if (documents_.empty()) {
      return;
    }
    send(
        notification("window/showMessage", error_json(why + "; open the runbooks again to go on")));
    for (const auto& [uri, opened] : std::exchange(documents_, {})) {
      send(notification("textDocument/publishDiagnostics",
                        findings_json(uri, std::nullopt, {}, opened.document, "")));
    }
    changed_.clear();
  }

  void publish() {
    for (const std::string& uri : std::exchange(changed_, {})) {
      const auto found = documents_.find(uri);
      if (found == documents_.end()) {
        continue;
      }
      const Document& document = found->second.document;
      std::vector<Finding> findings;
      if (is_runbook(document.text(), uri)) {
        findings = judge(document.text(), path_of(uri), options_.knowledge, options_.profile);
      }
      send(notification(
          "textDocument/publishDiagnostics",
          findings_json(uri, found->second.version, findings, document, options_.docs)));
    }
  }

  Result<Json> initialize(const Json& params) {
    initialized_ = true;
    abilities_ = read_abilities(params);
    return initialize_result(abilities_);
  }

  Result<Json> shut_down(const Json& /*params*/) {
    publish();  // what came together with it is judged all the same
    shut_down_ = true;
    documents_.clear();
    return Json();
  }

  /// The document and the byte that a request is about; nothing where it is not open.
  Result<std::optional<std::pair<const Opened*, std::size_t>>> place_of(const Json& params) const {
    CFKOPS_ASSIGN(const std::string uri, params.string_at("/textDocument/uri"));
    CFKOPS_ASSIGN(const Position position, read_position(params.get("/position")));
    const auto found = documents_.find(uri);
    if (found == documents_.end()) {
      return std::optional<std::pair<const Opened*, std::size_t>>();
    }
    return std::optional(std::pair(&found->second, found->second.document.offset_of(position)));
  }

  /// Null where the document is not open.
  template <class Ask>
  Result<Json> at_place(const Json& params, Ask ask) const {
    CFKOPS_ASSIGN(const auto place, place_of(params));
    return place ? ask(place->first->document, place->second) : Json();
  }

  Result<Json> hover_request(const Json& params) {
    return at_place(params, [this](const Document& document, std::size_t at) {
      return to_json(hover(document.text(), at, options_.knowledge), document, abilities_);
    });
  }

  Result<Json> completion_request(const Json& params) {
    return at_place(params, [this](const Document& document, std::size_t at) {
      const std::vector<std::string> names =
          options_.runbooks ? options_.runbooks() : std::vector<std::string>();
      const auto included = complete_include(document.text(), at, names);
      return to_json(included ? *included : complete(document.text(), at, options_.knowledge),
                     document,
                     abilities_);
    });
  }

  Result<Json> definition_request(const Json& params) {
    return at_place(params, [this, &params](const Document& document, std::size_t at) {
      const std::string uri = params.string_or("/textDocument/uri", "");
      if (const auto word = included_word(document.text(), at)) {
        return included_file(*word, uri);
      }
      return to_json(definition(document.text(), at, options_.knowledge), document, uri);
    });
  }

  /// The beginning of the runbook that `include` means there, or null.
  [[nodiscard]] Json included_file(const std::string& word, const std::string& uri) const {
    if (!options_.knowledge.include) {
      return {};
    }
    const auto found = options_.knowledge.include(word, path_of(uri));
    return found && found->on_disk ? file_json(uri_of(found->file)) : Json();
  }

  Status opened(const Json& params) {
    CFKOPS_ASSIGN(const std::string uri, params.string_at("/textDocument/uri"));
    CFKOPS_ASSIGN(std::string text, params.string_at("/textDocument/text"));
    const auto version = version_of(params.get("/textDocument"));
    documents_.insert_or_assign(uri,
                                Opened{Document(std::move(text), abilities_.encoding), version});
    changed_.insert(uri);
    return {};
  }

  Status changed(const Json& params) {
    CFKOPS_ASSIGN(const std::string uri, params.string_at("/textDocument/uri"));
    for (const Json& change : params.items("/contentChanges")) {
      CFKOPS_TRY(apply(uri, change));
    }
    const auto found = documents_.find(uri);
    if (found != documents_.end()) {
      found->second.version = version_of(params.get("/textDocument"));
      changed_.insert(uri);
    }
    return {};
  }

  Status apply(const std::string& uri, const Json& change) {
    CFKOPS_ASSIGN(std::string text, change.string_at("/text"));
    const auto found = documents_.find(uri);
    if (!change.has("/range")) {
      documents_.insert_or_assign(
          uri, Opened{Document(std::move(text), abilities_.encoding), std::nullopt});
      return {};
    }
    if (found == documents_.end()) {
      return {};  // of a document that was lost, and said to be
    }
    CFKOPS_ASSIGN(const Range range, read_range(change.get("/range")));
    Document& document = found->second.document;
    if (document.text().size() + text.size() > kMostText) {
      return make_error(ErrorCode::InvalidInput, "the document becomes too large");
    }
    document.replace(range, text);
    return {};
  }

  Status closed(const Json& params) {
    CFKOPS_ASSIGN(const std::string uri, params.string_at("/textDocument/uri"));
    const auto found = documents_.find(uri);
    if (found != documents_.end()) {
      send(notification("textDocument/publishDiagnostics",
                        findings_json(uri, std::nullopt, {}, found->second.document, "")));
      documents_.erase(found);
    }
    return {};
  }

  static constexpr std::array<RequestRow, 5> kRequests = {{
      {"initialize", &Session::initialize},
      {"shutdown", &Session::shut_down},
      {"textDocument/hover", &Session::hover_request},
      {"textDocument/completion", &Session::completion_request},
      {"textDocument/definition", &Session::definition_request},
  }};

  static constexpr std::array<NoticeRow, 3> kNotices = {{
      {"textDocument/didOpen", &Session::opened},
      {"textDocument/didChange", &Session::changed},
      {"textDocument/didClose", &Session::closed},
  }};

  Options options_;
  Framing framing_;
  ClientAbilities abilities_;
  std::map<std::string, Opened, std::less<>> documents_;
  std::set<std::string> changed_;  ///< documents that are to be judged
  std::string out_;
  bool initialized_ = false;
  bool shut_down_ = false;
  std::optional<int> exit_code_;
};

Server::Server(Options options)
    : session_(std::make_unique<Session>(std::move(options))) {}

Server::~Server() = default;

std::string Server::receive(std::string_view bytes) {
  return session_->receive(bytes);
}

std::optional<int> Server::exit_code() const {
  return session_->exit_code();
}

int Server::exit_code_at_end() const {
  return session_->exit_code_at_end();
}

}  // namespace cfkops::lsp
