#include "plain_text.hpp"

#include <gtest/gtest.h>

namespace cfkops::authoring {
namespace {

TEST(PlainText, KeepsLinesAndTakesWhatHides) {
  EXPECT_EQ(plain_text("\xEF\xBB\xBF"
                       "a\r\nb\tc\rd\x01"
                       "e\xE2\x80\x8B.",
                       "x")
                .value(),
            "a\nb c\nd e.");
}

TEST(PlainText, AFenceThatEndsBehindAWordEnds) {
  EXPECT_EQ(plain_text("```bash\nls\nbash```\ntext\n```bash\nls\n```\n", "x").value(),
            "```bash\nls\n```\ntext\n```bash\nls\n```\n");
}

TEST(PlainText, AFenceThatBeginsBehindWordsIsAParagraph) {
  EXPECT_EQ(plain_text("* Helm: ```bash\n  helm rollback x\n  ```\n* Next\n", "x").value(),
            "* Helm: \n  helm rollback x\n\n* Next\n");
}

TEST(Slug, IsWordsOfAName) {
  EXPECT_EQ(slug("5. Drain a Node's (disk)!", '-', 40, "x"), "drain-a-nodes-disk");
  EXPECT_EQ(slug("one two three", '_', 8, "x"), "one_two");
  EXPECT_EQ(slug("42", '-', 40, "x"), "x");
}

TEST(OneLine, CutsBetweenWordsAndCharacters) {
  EXPECT_EQ(one_line(" a \n b ", 10), "a b");
  EXPECT_EQ(one_line("restart the brokers now", 20), "restart the...");
  EXPECT_EQ(one_line("\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4", 5), "\xC3\xA4\xC3\xA4...");
}

TEST(Cut, LeavesCharactersAndMarksWhole) {
  EXPECT_EQ(cut("a\xC3\xA4", 2), "a");
  const std::string marked = "ab" + std::string(kBlankBegin) + "name" + std::string(kBlankEnd);
  EXPECT_EQ(cut(marked, marked.size() - 1), "ab");
}

TEST(WithoutCredentials, TakesValuesAndLeavesPlaces) {
  EXPECT_EQ(without_credentials("--password=x --token y -u a:b --password <p> secret: $P"),
            "--password=*** --token *** -u a:*** --password <p> secret: $P");
  EXPECT_EQ(without_credentials(R"(-p '{"password": "x y", "a": "b", "token":"<t>"}')"),
            R"(-p '{"password": "***", "a": "b", "token":"<t>"}')");
  EXPECT_EQ(without_credentials("password: x"), "password: ***");
  EXPECT_EQ(without_credentials("Create the secret: x and more"), "Create the secret: x and more");
  EXPECT_EQ(without_credentials("https://a:b@c/d"), "https://***@c/d");
  EXPECT_EQ(without_credentials("curl -H \"Authorization: Bearer eyJabcdef123456\" https://h"),
            "curl -H \"Authorization: Bearer ***\" https://h");
  EXPECT_EQ(without_credentials("export AWS_SECRET_ACCESS_KEY=abcd1234efgh5678"),
            "export AWS_SECRET_ACCESS_KEY=***");
  EXPECT_EQ(without_credentials("mysql -ppa55word99 -u root"), "mysql -p*** -u root");
  EXPECT_EQ(without_credentials("mkdir -pv a"), "mkdir -pv a");
  EXPECT_EQ(without_credentials("Log in with password pa55word99."), "Log in with password ***.");
  EXPECT_EQ(without_credentials("key AKIAABCDEFGHIJKLMNOP, and"), "key ***, and");
  EXPECT_EQ(without_credentials("PWD=/srv make"), "PWD=/srv make");
  EXPECT_EQ(without_credentials("Rotate the token daily"), "Rotate the token daily");
  EXPECT_EQ(without_credentials("env DB_PASS=pa55word99 foo"), "env DB_PASS=*** foo");
  EXPECT_EQ(
      without_credentials(R"([{"name":"DB_PASSWORD","value":"x y"},{"name":"A","value":"b"}])"),
      R"([{"name":"DB_PASSWORD","value":"***"},{"name":"A","value":"b"}])");
  EXPECT_EQ(without_credentials("`helm upgrade x --set auth.password=pa55word99`"),
            "`helm upgrade x --set auth.password=***`");
  EXPECT_EQ(without_credentials("kind: Secret\ndata:\n  a: cGE1NXdvcmQ=\ntype: Opaque"),
            "kind: Secret\ndata:\n  a: ***\ntype: Opaque");
  EXPECT_EQ(without_credentials("kind: ConfigMap\ndata:\n  a: b"),
            "kind: ConfigMap\ndata:\n  a: b");
}

}  // namespace
}  // namespace cfkops::authoring
