#include "cfkops/lsp/server.hpp"

#include "marked_text.hpp"
#include "server_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cfkops::lsp {
namespace {

using nlohmann::json;
using test::framed_json;
using testing::HasSubstr;

constexpr const char* kUri = "file:///books/a%20b/x.yaml";

struct ServerTest : testing::Test, test::ServerSession {};

/// The code of the only answer, which must refuse.
int refused(const std::vector<json>& answers) {
  return answers.size() == 1 && answers[0].contains("error")
             ? answers[0]["error"]["code"].get<int>()
             : 0;
}

json change_of(int version, const json& changes) {
  return {{"textDocument", {{"uri", kUri}, {"version", version}}}, {"contentChanges", changes}};
}

json range_of(int line, int begin, int end) {
  return {{"start", {{"line", line}, {"character", begin}}},
          {"end", {{"line", line}, {"character", end}}}};
}

TEST_F(ServerTest, TellsWhatItCan) {
  const json result = request("initialize", {{"capabilities", json::object()}})[0]["result"];
  EXPECT_EQ(result["serverInfo"]["name"], "cfkops");
  EXPECT_EQ(result["capabilities"]["positionEncoding"], "utf-16");
  EXPECT_EQ(result["capabilities"]["textDocumentSync"]["change"], 2);
  EXPECT_EQ(result["capabilities"]["hoverProvider"], true);
  EXPECT_EQ(result["capabilities"]["definitionProvider"], true);
  EXPECT_TRUE(result["capabilities"].contains("completionProvider"));
}

TEST_F(ServerTest, RefusesRequestsBeforeInitialize) {
  EXPECT_EQ(refused(request("textDocument/hover", json::object())), -32002);
  EXPECT_EQ(refused(request("shutdown", nullptr)), -32002);
  EXPECT_TRUE(notify("textDocument/didOpen", json::object()).empty());
  initialize();
  EXPECT_EQ(refused(request("initialize", {{"capabilities", json::object()}})), -32600);
}

TEST_F(ServerTest, EndsAsToldAfterShutdown) {
  initialize();
  EXPECT_EQ(server().exit_code_at_end(), 1);
  const auto answers = request("shutdown", nullptr);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0].contains("result"));
  EXPECT_EQ(refused(request("textDocument/hover", json::object())), -32600);
  EXPECT_EQ(server().exit_code_at_end(), 0);
  EXPECT_EQ(server().exit_code(), std::nullopt);
  notify("exit", nullptr);
  EXPECT_EQ(server().exit_code(), 0);
}

TEST_F(ServerTest, EndsWithOneWhereExitComesAlone) {
  notify("exit", nullptr);
  EXPECT_EQ(server().exit_code(), 1);
}

TEST_F(ServerTest, RefusesUnknownRequestsAndPassesOverUnknownNotifications) {
  initialize();
  EXPECT_EQ(refused(request("textDocument/rename", json::object())), -32601);
  EXPECT_EQ(refused(request("$/unknown", json::object())), -32601);
  EXPECT_TRUE(notify("$/setTrace", {{"value", "off"}}).empty());
  EXPECT_TRUE(notify("workspace/didChangeConfiguration", json::object()).empty());
  EXPECT_TRUE(send(framed_json({{"jsonrpc", "2.0"}, {"id", 9}, {"result", nullptr}})).empty());
}

TEST_F(ServerTest, RefusesMalformedMessagesAndGoesOn) {
  initialize();
  EXPECT_EQ(refused(send("Content-Length: 5\r\n\r\n{\"a\":")), -32700);
  EXPECT_EQ(refused(send("Content-Length: 3\r\n\r\n\"\xFF\"")), -32700);
  EXPECT_EQ(refused(send("Nonsense\r\n\r\n")), -32700);
  EXPECT_EQ(refused(send(framed_json(json::array({1})))), -32600);
  EXPECT_EQ(refused(send(framed_json({{"jsonrpc", "2.0"}, {"id", 1}}))), -32600);
  EXPECT_EQ(refused(send(framed_json({{"id", 1}, {"method", "shutdown"}}))), -32600);
  EXPECT_EQ(refused(send(
                framed_json({{"jsonrpc", "2.0"}, {"id", json::array()}, {"method", "shutdown"}}))),
            -32600);
  EXPECT_EQ(refused(request("textDocument/hover", json::array({1, 2}))), -32602);
  EXPECT_EQ(refused(request("textDocument/hover",
                            {{"textDocument", {{"uri", kUri}}},
                             {"position", {{"line", -1}, {"character", 0}}}})),
            -32602);
  std::string deep = R"({"jsonrpc":"2.0","id":3,"method":"shutdown","params":)";
  deep += std::string(10'000, '[') + std::string(10'000, ']') + "}";
  EXPECT_EQ(refused(send("Content-Length: " + std::to_string(deep.size()) + "\r\n\r\n" + deep)),
            -32700);
  EXPECT_EQ(open(kUri, "apiVersion: cfkops/v1\n")["diagnostics"].size() > 0, true);
}

TEST_F(ServerTest, KeepsTheIdAsItWasGiven) {
  initialize();
  const auto answers =
      send(framed_json({{"jsonrpc", "2.0"}, {"id", "a-1"}, {"method", "no/such"}, {"params", {}}}));
  EXPECT_EQ(answers[0]["id"], "a-1");
}

TEST_F(ServerTest, DoesNotCarryOutWhatIsCancelled) {
  initialize();
  const auto request_of = [](int id, const char* method) {
    return framed_json(
        {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", json::object()}});
  };
  const auto answers = send(
      request_of(7, "textDocument/hover") + request_of(8, "shutdown") +
      framed_json({{"jsonrpc", "2.0"}, {"method", "$/cancelRequest"}, {"params", {{"id", 7}}}}));
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0]["id"], 7);
  EXPECT_EQ(answers[0]["error"]["code"], -32800);
  EXPECT_TRUE(answers[1].contains("result"));
}

TEST_F(ServerTest, TellsFindingsWithTheirPlace) {
  ServerSession session("file:///docs");
  session.initialize();
  const json told = session.open(kUri, "# \U0001F642\n" + test::around("    timout: 1m"));
  EXPECT_EQ(told["uri"], kUri);
  EXPECT_EQ(told["version"], 1);
  ASSERT_EQ(told["diagnostics"].size(), 1U) << told.dump(1);
  const json& finding = told["diagnostics"][0];
  EXPECT_EQ(finding["code"], "CFK-S001");
  EXPECT_EQ(finding["severity"], 1);
  EXPECT_EQ(finding["source"], "cfkops");
  EXPECT_EQ(finding["codeDescription"]["href"], "file:///docs/lint/keys.md#cfk-s001");
  EXPECT_THAT(finding["message"].get<std::string>(), HasSubstr("did you mean 'timeout'?"));
  EXPECT_EQ(finding["range"]["start"]["character"], 4);
  EXPECT_EQ(finding["range"]["end"]["character"], 10);
}

TEST_F(ServerTest, CountsFindingsInTheAgreedEncoding) {
  const std::string text = "apiVersion: cfkops/v1\n\U0001F642: {b: 1, b: 2}\n";
  initialize();
  EXPECT_EQ(open(kUri, text)["diagnostics"][0]["range"]["start"]["character"], 11);
  ServerSession eight;
  eight.initialize({"utf-8"});
  EXPECT_EQ(eight.open(kUri, text)["diagnostics"][0]["range"]["start"]["character"], 13);
}

TEST_F(ServerTest, SaysThatAFileIsNotAText) {
  initialize();
  const std::string nul = std::string("apiVersion: cfkops/v1\nname: ") + '\0' + "\n";
  const json finding = open(kUri, nul)["diagnostics"][0];
  EXPECT_EQ(finding["range"], range_of(1, 6, 7));
  EXPECT_THAT(finding["message"].get<std::string>(), HasSubstr("NUL"));
}

TEST_F(ServerTest, FollowsChangesOfEitherKind) {
  initialize();
  EXPECT_EQ(open(kUri, test::around("    timout: 1m"))["diagnostics"].size(), 1U);
  const int line = 27;
  auto sent = notify("textDocument/didChange",
                     change_of(2, {{{"range", range_of(line, 7, 10)}, {"text", "eout"}}}));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0]["params"]["version"], 2);
  ASSERT_EQ(sent[0]["params"]["diagnostics"].size(), 1U);
  EXPECT_EQ(sent[0]["params"]["diagnostics"][0]["code"], "CFK-P001");  // it could be loaded
  sent = notify("textDocument/didChange", change_of(3, {{{"text", "kind: Runbook\n"}}}));
  EXPECT_GT(sent[0]["params"]["diagnostics"].size(), 0U);
  sent = notify("textDocument/didClose", {{"textDocument", {{"uri", kUri}}}});
  EXPECT_EQ(sent[0]["params"]["diagnostics"], json::array());
}

TEST_F(ServerTest, JudgesADocumentOnceForChangesThatComeTogether) {
  initialize();
  open(kUri, "kind: Runbook\n");
  std::string stream;
  for (int version = 2; version < 5; ++version) {
    stream += framed_json({{"jsonrpc", "2.0"},
                           {"method", "textDocument/didChange"},
                           {"params", change_of(version, {{{"text", "kind: Runbook\n"}}})}});
  }
  const auto sent = send(stream);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0]["params"]["version"], 4);
}

/// As from a pipe that holds a whole conversation.
TEST_F(ServerTest, JudgesWhatComesTogetherWithShutdown) {
  initialize();
  const json document = {
      {"uri", kUri}, {"languageId", "y"}, {"version", 1}, {"text", "kind: Runbook\n"}};
  const auto sent = send(framed_json({{"jsonrpc", "2.0"},
                                      {"method", "textDocument/didOpen"},
                                      {"params", {{"textDocument", document}}}}) +
                         framed_json({{"jsonrpc", "2.0"}, {"id", 2}, {"method", "shutdown"}}) +
                         framed_json({{"jsonrpc", "2.0"}, {"method", "exit"}}));
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_GT(sent[0]["params"]["diagnostics"].size(), 0U);
  EXPECT_EQ(sent[1]["id"], 2);
  EXPECT_EQ(server().exit_code(), 0);
}

TEST_F(ServerTest, LeavesOtherFilesAlone) {
  initialize();
  EXPECT_EQ(open(kUri, "apiVersion: v1\nkind: Pod\n")["diagnostics"], json::array());
  EXPECT_EQ(open(kUri, "services:\n  web: {image: x}\n")["diagnostics"], json::array());
  EXPECT_EQ(open(kUri, "- hosts: all\n")["diagnostics"], json::array());
  EXPECT_EQ(open(kUri, "\n")["diagnostics"], json::array());
  EXPECT_NE(open(kUri, "apiVersion: cfkop/v1\nkind: Runbook\n")["diagnostics"], json::array());
  EXPECT_NE(open(kUri, "apiVersion: cfkops/v1\n")["diagnostics"], json::array());
  EXPECT_NE(open("file:///x/runbooks/y.yaml", "a: 1\n")["diagnostics"], json::array());
}

TEST_F(ServerTest, AnswersAboutPlaces) {
  initialize();
  open(kUri, test::around("    when: params.settle > duration('1s')"));
  const json told = at("textDocument/hover", kUri, 27, 18);
  EXPECT_EQ(told["contents"]["kind"], "markdown");
  EXPECT_THAT(told["contents"]["value"].get<std::string>(), HasSubstr("How long to watch"));
  EXPECT_EQ(told["range"], range_of(27, 17, 23));
  const json declared = at("textDocument/definition", kUri, 27, 18);
  EXPECT_EQ(declared["uri"], kUri);
  EXPECT_EQ(declared["range"], range_of(12, 2, 8));
  const json offered = at("textDocument/completion", kUri, 27, 17);
  EXPECT_EQ(offered["isIncomplete"], false);
  EXPECT_EQ(offered["items"][0]["label"], "target");
  EXPECT_EQ(offered["items"][0]["textEdit"]["range"], range_of(27, 17, 17));
}

TEST_F(ServerTest, AnswersNullWhereThereIsNothing) {
  initialize();
  open(kUri, "kind: Runbook\n");
  EXPECT_TRUE(at("textDocument/hover", kUri, 0, 9).is_null());
  EXPECT_TRUE(at("textDocument/definition", kUri, 99, 0).is_null());
  EXPECT_TRUE(at("textDocument/hover", "file:///not/open", 0, 0).is_null());
}

TEST_F(ServerTest, SpeaksPlainlyToThoseWhoWantIt) {
  request("initialize",
          {{"capabilities", {{"textDocument", {{"hover", {{"contentFormat", {"plaintext"}}}}}}}}});
  open(kUri, "kind: Runbook\n");
  const json told = at("textDocument/hover", kUri, 0, 1);
  EXPECT_EQ(told["contents"]["kind"], "plaintext");
  EXPECT_THAT(told["contents"]["value"].get<std::string>(), testing::StartsWith("runbook.kind:"));
}

/// What was changed is not known any more, and must not be guessed.
TEST_F(ServerTest, GivesDocumentsUpWhereAChangeCannotBeRead) {
  initialize();
  open(kUri, test::around(""));
  auto sent = send("Content-Length: 5\r\n\r\n{\"a\":");
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(sent[0]["error"]["code"], -32700);
  EXPECT_EQ(sent[1]["method"], "window/showMessage");
  EXPECT_EQ(sent[2]["params"]["diagnostics"], json::array());
  EXPECT_TRUE(notify("textDocument/didChange",
                     change_of(2, {{{"range", range_of(0, 0, 1)}, {"text", "x"}}}))
                  .empty());
  EXPECT_EQ(notify("textDocument/didChange", change_of(3, {{{"text", "kind: Runbook\n"}}})).size(),
            1U);
}

/// Whatever somebody opens has a finding with a place, and does not end the server.
TEST_F(ServerTest, SaysWhatIsWrongWithHostileTexts) {
  initialize();
  const std::string head = "apiVersion: cfkops/v1\nname: ";
  std::string laughs = head + "&a [x, x]\n";
  for (int i = 0; i < 20; ++i) {
    laughs += "b: [*a, *a]\n";
  }
  for (const std::string& text : {head + std::string(10'000, '['),
                                  head + "\u202Etxet\n",
                                  head + std::string(1'000'000, 'x'),
                                  head + std::string(40'000, 'x'),
                                  laughs,
                                  std::string("\uFEFF") + head + "\uFEFF\n"}) {
    const json told = open(kUri, text)["diagnostics"];
    ASSERT_FALSE(told.empty()) << text.substr(0, 100);
    EXPECT_EQ(told[0]["severity"], 1);
    EXPECT_EQ(told[0]["range"]["start"]["line"] >= 1, true) << told[0].dump();
    at("textDocument/hover", kUri, 1, 8);
    at("textDocument/completion", kUri, 1, 10'006);
    at("textDocument/definition", kUri, 1, 8);
  }
}

TEST_F(ServerTest, PassesOverWhatIsTooLarge) {
  initialize();
  const std::string text(std::size_t{3} << 20U, 'x');
  const auto sent = notify(
      "textDocument/didOpen",
      {{"textDocument", {{"uri", kUri}, {"languageId", "y"}, {"version", 1}, {"text", text}}}});
  EXPECT_EQ(refused(sent), -32600);
  EXPECT_THAT(sent[0]["error"]["message"].get<std::string>(), HasSubstr("passed over"));
  EXPECT_EQ(refused(request("no/such", nullptr)), -32601);
}

}  // namespace
}  // namespace cfkops::lsp
