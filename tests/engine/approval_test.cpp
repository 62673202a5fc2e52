#include "cfkops/engine/approval.hpp"

#include "support/matchers.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/base/crypto.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::engine {
namespace {

using test::HasError;
using test::IsOk;
using testing::ElementsAre;
using testing::HasSubstr;

/// Three people with real keys: ana requests, bob and eve may approve; mallory is unknown.
struct ApprovalTest : testing::Test {
  ApprovalTest() {
    plan.sha256 = base::sha256_hex("the plan");
    plan.requester = "ana";
    for (const char* who : {"ana", "bob", "eve", "mallory"}) {
      base::ProcessRequest request;
      request.argv = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", key(who)};
      const auto made = process.run(request);
      EXPECT_TRUE(made && made->exit_code == 0) << "ssh-keygen is needed: openssh-client";
    }
    signers = "# who may approve\n" + line("ana,ana@example.com", "ana") + line("bob", "bob") +
              line("eve", "eve");
  }

  [[nodiscard]] std::string key(const std::string& who) const {
    return (folder.path() / who).string();
  }

  [[nodiscard]] std::string line(const std::string& principals, const std::string& who) const {
    return principals + " " + folder.read(who + ".pub");
  }

  std::string signed_by(const std::string& who, Duration valid_for = std::chrono::hours(24)) {
    const auto text = sign_approval(
        process, {.plan_sha256 = plan.sha256, .key = key(who), .now = now, .valid_for = valid_for});
    EXPECT_THAT(text, IsOk());
    return text ? *text : std::string();
  }

  Result<ApprovalReport> judged(const std::vector<std::string>& texts) {
    std::vector<ApprovalFile> files;
    for (const std::string& text : texts) {
      files.push_back({.name = "p.sig-" + std::to_string(files.size() + 1), .text = text});
    }
    return check_approvals(
        process,
        files,
        {.plan = plan, .runner = runner, .allowed_signers = signers, .now = now + later});
  }

  /// Why the only approval does not count.
  std::string why(const std::string& text) {
    const auto report = judged({text});
    EXPECT_THAT(report, IsOk());
    if (!report || !report->counted.empty() || report->not_counted.size() != 1) {
      return "it counts";
    }
    EXPECT_THAT(report->enough(1), HasError(ErrorCode::Refused, report->not_counted[0]));
    return report->not_counted[0];
  }

  test::TempDir folder;
  base::SystemProcess process;
  SavedPlan plan;
  std::string signers;
  std::string runner = "ci";
  WallTime now = std::chrono::system_clock::now();
  Duration later = std::chrono::minutes(1);
};

TEST_F(ApprovalTest, CountsOthers) {
  const auto report = judged({signed_by("bob"), signed_by("eve")});
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->not_counted, ElementsAre());
  ASSERT_EQ(report->counted.size(), 2U);
  EXPECT_EQ(report->counted[0].principal, "bob");
  EXPECT_THAT(report->counted[0].key, testing::StartsWith("SHA256:"));
  EXPECT_EQ(report->counted[0].expires, base::format_rfc3339(now + std::chrono::hours(24)));
  EXPECT_THAT(report->enough(2), IsOk());
  EXPECT_THAT(report->enough(3), HasError(ErrorCode::Refused, "2 of 3 approvals"));
}

TEST_F(ApprovalTest, OneByTheRequesterDoesNotCount) {
  EXPECT_THAT(why(signed_by("ana")), HasSubstr("signed by the requester, ana"));
}

TEST_F(ApprovalTest, OneByWhoRunsItDoesNotCount) {
  runner = "bob";
  EXPECT_THAT(why(signed_by("bob")), HasSubstr("signed by who runs it now, bob"));
}

TEST_F(ApprovalTest, AnExpiredOneDoesNotCount) {
  const std::string text = signed_by("bob", std::chrono::minutes(10));
  later = std::chrono::minutes(10);
  EXPECT_THAT(why(text), HasSubstr("it expired at"));
}

TEST_F(ApprovalTest, OneOfAnotherPlanDoesNotCount) {
  const std::string text = signed_by("bob");
  plan.sha256 = base::sha256_hex("another");
  EXPECT_THAT(why(text), HasSubstr("it is of another plan, or the plan was changed"));
}

TEST_F(ApprovalTest, OneByAStrangerDoesNotCount) {
  EXPECT_THAT(why(signed_by("mallory")), HasSubstr("unknown signer"));
}

TEST_F(ApprovalTest, AKeyUnderTwoNamesDoesNotCount) {
  signers += line("robert", "bob");
  EXPECT_THAT(why(signed_by("bob")), HasSubstr("under two names"));
}

TEST_F(ApprovalTest, AKeyOfNobodyInParticularDoesNotCount) {
  signers = line("ana", "ana") + line("*@example.com", "bob");
  EXPECT_THAT(why(signed_by("bob")), HasSubstr("nobody in particular"));
}

TEST_F(ApprovalTest, AKeyThatIsNotForThisDoesNotCount) {
  signers = line("ana", "ana") + line("bob namespaces=\"git\"", "bob");
  EXPECT_THAT(why(signed_by("bob")), HasSubstr("does not verify"));
  signers = line("ana", "ana") + line("bob valid-before=\"20200101\"", "bob");
  EXPECT_THAT(why(signed_by("bob")), HasSubstr("expired"));
}

TEST_F(ApprovalTest, OnePersonCountsOnce) {
  signers = line("ana", "ana") + line("bob", "bob") + line("bob,bobby", "eve");
  const auto report = judged({signed_by("bob"), signed_by("bob"), signed_by("eve")});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->counted.size(), 1U);
  EXPECT_THAT(report->not_counted,
              testing::Each(HasSubstr("signed by bob, who is counted already")));
}

TEST_F(ApprovalTest, ASignatureOfAnotherNamespaceDoesNotCount) {
  nlohmann::json approval = nlohmann::json::parse(signed_by("bob"));
  base::ProcessRequest request;
  request.argv = {"ssh-keygen", "-Y", "sign", "-n", "file", "-f", key("bob")};
  request.input = approval["statement"].dump();
  const auto signing = process.run(request);
  ASSERT_THAT(signing, IsOk());
  std::string body = signing->output;
  body = body.substr(body.find('\n'), body.rfind("-----END") - body.find('\n'));
  body.erase(std::remove(body.begin(), body.end(), '\n'), body.end());
  approval["signature"] = body;
  EXPECT_THAT(why(approval.dump() + "\n"), HasSubstr("signed for 'file'"));
}

TEST_F(ApprovalTest, WithAnyByteChangedItDoesNotCount) {
  const std::string text = signed_by("bob");
  for (std::size_t at = 0; at < text.size(); at += 1 + text.size() / 120) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 7)));
    EXPECT_NE(why(changed), "it counts") << "byte " << at;
  }
}

TEST_F(ApprovalTest, IsRefusedWhereTheRequesterCannotBeTold) {
  signers = line("bob", "bob");
  EXPECT_THAT(judged({signed_by("bob")}), HasError(ErrorCode::Refused, "the requester, ana"));
  plan.requester = "";
  EXPECT_THAT(judged({signed_by("bob")}), HasError(ErrorCode::Refused, "did not tell"));
}

TEST_F(ApprovalTest, NamesTheLineThatIsNoSigner) {
  signers += "bob ssh-ed25519 nonsense\n";
  EXPECT_THAT(judged({}), HasError(ErrorCode::InvalidInput, "line 5 of the allowed signers"));
}

TEST_F(ApprovalTest, SaysWhyAKeyDoesNotSign) {
  EXPECT_THAT(
      sign_approval(process, {.plan_sha256 = plan.sha256, .key = key("nobody"), .now = now}),
      HasError(ErrorCode::Refused, "No such file"));
}

TEST(Approval, NeedsSshKeygen) {
  struct Missing final : base::Process {
    Result<base::ProcessOutcome> run(const base::ProcessRequest& request) override {
      return make_error(ErrorCode::NotFound, "there is no program " + request.argv[0]);
    }
  };

  Missing process;
  EXPECT_THAT(sign_approval(process, {.plan_sha256 = "x", .key = "k", .now = {}}),
              HasError(ErrorCode::Refused, "need ssh-keygen"));
}

}  // namespace
}  // namespace cfkops::engine
