#include "http_head.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::size_t kLongestHead = 64UL * 1024;

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return lowered;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view take_line(std::string_view& bytes) {
  const std::size_t end = bytes.find("\r\n");
  const std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 2);
  return line;
}

bool read_request_line(std::string_view line, HttpHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last == first || first == 0) {
    return false;
  }
  const std::string_view version = line.substr(last + 1);
  head.request.method = line.substr(0, first);
  head.request.target = line.substr(first + 1, last - first - 1);
  head.keeps_alive = version != "HTTP/1.0";
  return head.request.target.starts_with('/') && version.starts_with("HTTP/1.");
}

void note_header(const kube::Header& header, HttpHead& head) {
  const std::string name = lower(header.name);
  const std::string value = lower(header.value);
  if (name == "content-length") {
    const char* const end = value.data() + value.size();
    const auto [stopped, error] = std::from_chars(value.data(), end, head.body_size);
    if (error != std::errc() || stopped != end) {
      head.refusal = 400;
    } else if (head.body_size > kLongestBody) {
      head.refusal = 413;
    }
  } else if (name == "transfer-encoding") {
    head.chunked = value == "chunked";
    head.refusal = head.chunked ? head.refusal : 501;
  } else if (name == "connection") {
    head.keeps_alive = value.find("close") == std::string::npos &&
                       (head.keeps_alive || value.find("keep-alive") != std::string::npos);
  } else if (name == "expect") {
    head.expects_continue = value == "100-continue";
  }
}

std::string_view reason_of(int status) {
  constexpr std::array<std::pair<int, std::string_view>, 24> kReasons = {
      {{200, "OK"},
       {201, "Created"},
       {202, "Accepted"},
       {204, "No Content"},
       {400, "Bad Request"},
       {401, "Unauthorized"},
       {403, "Forbidden"},
       {404, "Not Found"},
       {405, "Method Not Allowed"},
       {406, "Not Acceptable"},
       {409, "Conflict"},
       {410, "Gone"},
       {411, "Length Required"},
       {412, "Precondition Failed"},
       {413, "Request Entity Too Large"},
       {415, "Unsupported Media Type"},
       {422, "Unprocessable Entity"},
       {429, "Too Many Requests"},
       {431, "Request Header Fields Too Large"},
       {500, "Internal Server Error"},
       {501, "Not Implemented"},
       {502, "Bad Gateway"},
       {503, "Service Unavailable"},
       {504, "Gateway Timeout"}}};
  const auto* const found =
      std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  return found == kReasons.end() ? std::string_view("Status") : found->second;
}

}  // namespace

std::optional<HttpHead> read_http_head(std::string_view bytes) {
  HttpHead head;
  const std::size_t end = bytes.substr(0, kLongestHead).find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (bytes.size() < kLongestHead) {
      return std::nullopt;
    }
    head.refusal = 431;
    return head;
  }
  head.size = end + 4;
  std::string_view lines = bytes.substr(0, end);
  if (!read_request_line(take_line(lines), head)) {
    head.refusal = 400;
  }
  while (!lines.empty() && head.refusal == 0) {
    const std::string_view line = take_line(lines);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      head.refusal = 400;
      break;
    }
    head.request.headers.push_back(
        {std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))});
    note_header(head.request.headers.back(), head);
  }
  if (head.chunked && head.body_size != 0) {
    head.refusal = 400;
  }
  return head;
}

std::string write_http_head(const kube::Response& response,
                            std::string_view framing,
                            bool keeps_alive) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " ";
  text += reason_of(response.status);
  text += "\r\n";
  for (const kube::Header& header : response.headers) {
    text += header.name + ": " + header.value + "\r\n";
  }
  if (!framing.empty()) {
    text += framing;
    text += "\r\n";
  }
  return text + (keeps_alive ? "\r\n" : "Connection: close\r\n\r\n");
}

}  // namespace cfkops::sandbox
