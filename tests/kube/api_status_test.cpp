#include "cfkops/kube/api_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::kube {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

Response status(int code,
                const std::string& reason,
                const std::string& message,
                json details = {}) {
  json body = {{"kind", "Status"},
               {"apiVersion", "v1"},
               {"status", "Failure"},
               {"message", message},
               {"reason", reason},
               {"code", code}};
  if (!details.is_null()) {
    body["details"] = std::move(details);
  }
  return {code, {}, body.dump()};
}

TEST(ErrorOf, KeepsTheServersWordsAndTheReason) {
  const Error error =
      error_of(status(404, "NotFound", "pods \"kafka-9\" not found"), "get pod confluent/kafka-9");
  EXPECT_EQ(error.code, ErrorCode::NotFound);
  EXPECT_EQ(error.http_status, 404);
  EXPECT_EQ(error.reason, "NotFound");
  EXPECT_EQ(error.text(), "get pod confluent/kafka-9 › pods \"kafka-9\" not found");
  EXPECT_THAT(error.hint, HasSubstr("kubectl get pods -n NAMESPACE"));
}

TEST(ErrorOf, TellsAMissingKindFromAMissingObject) {
  const Error error = error_of({404, {}, "404 page not found\n"}, "list kafkas");
  EXPECT_THAT(error.message,
              HasSubstr("could not find the requested resource: 404 page not found"));
  EXPECT_THAT(error.hint, HasSubstr("kubectl api-resources"));
}

TEST(ErrorOf, TurnsAMissingVerbIntoTheCommandThatAsksForIt) {
  const Error error = error_of(
      status(
          403,
          "Forbidden",
          "pods \"kafka-0\" is forbidden: User \"sre\" cannot create resource \"pods/eviction\" in "
          "API group \"\" in the namespace \"confluent\""),
      "evict pod confluent/kafka-0");
  EXPECT_EQ(error.code, ErrorCode::Forbidden);
  EXPECT_EQ(
      error.hint,
      "check with: kubectl auth can-i create pods --subresource=eviction -n confluent; ask an "
      "administrator for that verb");
}

TEST(ErrorOf, NamesTheGroupOfAForbiddenClusterScopedResource) {
  const Error error = error_of(
      status(
          403,
          "Forbidden",
          "customresourcedefinitions.apiextensions.k8s.io is forbidden: User \"sre\" cannot list "
          "resource \"customresourcedefinitions\" in API group \"apiextensions.k8s.io\" at the "
          "cluster scope"),
      "list customresourcedefinitions");
  EXPECT_THAT(
      error.hint,
      HasSubstr("kubectl auth can-i list customresourcedefinitions.apiextensions.k8s.io -A;"));
}

TEST(ErrorOf, SaysThatATerminatingNamespaceTakesNothing) {
  const Error error = error_of(
      status(403,
             "Forbidden",
             "pods \"x\" is forbidden: unable to create new content in namespace a because it is "
             "being terminated",
             {{"causes", {{{"reason", "NamespaceTerminating"}, {"message", "m"}}}}}),
      "create pod a/x");
  EXPECT_THAT(error.hint, HasSubstr("namespace is being deleted"));
}

TEST(ErrorOf, AsksToLogInAgain) {
  const Error error = error_of(status(401, "Unauthorized", "Unauthorized"), "get node n1");
  EXPECT_EQ(error.code, ErrorCode::Unauthorized);
  EXPECT_THAT(error.hint, HasSubstr("log in again"));
  EXPECT_EQ(error.reason, "Unauthorized");
}

TEST(ErrorOf, ListsEveryFieldThatIsInvalid) {
  const Error error = error_of(
      status(
          422,
          "Invalid",
          "Pod \"x\" is invalid: [spec.a: Required value, spec.b: Invalid value: 3]",
          {{"name", "x"},
           {"kind", "Pod"},
           {"causes",
            {{{"reason", "FieldValueRequired"}, {"field", "spec.a"}, {"message", "Required value"}},
             {{"reason", "FieldValueInvalid"},
              {"field", "spec.b"},
              {"message", "Invalid value: 3"}},
             {{"reason", "FieldValueInvalid"},
              {"field", "spec.b"},
              {"message", "Invalid value: 3"}}}}}),
      "create pod ns/x");
  EXPECT_EQ(error.code, ErrorCode::Invalid);
  EXPECT_THAT(error.causes, SizeIs(2));
  EXPECT_EQ(error.message,
            "The Pod \"x\" is invalid:\n* spec.a: Required value\n* spec.b: Invalid value: 3");
}

TEST(ErrorOf, WritesASingleInvalidFieldOnOneLine) {
  const Error error = error_of(
      status(422,
             "Invalid",
             "long",
             {{"name", "x"},
              {"kind", "Pod"},
              {"causes",
               {{{"reason", "FieldValueInvalid"}, {"field", "spec.a"}, {"message", "no"}}}}}),
      "create pod ns/x");
  EXPECT_EQ(error.message, "The Pod \"x\" is invalid: spec.a: no");
}

TEST(ErrorOf, TellsAnExistingObjectFromAConflict) {
  EXPECT_EQ(error_of(status(409, "AlreadyExists", "m"), "").code, ErrorCode::AlreadyExists);
  EXPECT_EQ(error_of(status(409, "Conflict", "m"), "").code, ErrorCode::Conflict);
}

TEST(ErrorOf, NamesWhoManagesTheFieldsOfAnApplyConflict) {
  const Error error =
      error_of(status(409,
                      "Conflict",
                      "Apply failed with 1 conflict",
                      {{"causes",
                        {{{"reason", "FieldManagerConflict"},
                          {"field", ".spec.versions"},
                          {"message", "conflict with \"helm\" using apiextensions.k8s.io/v1"}}}}}),
               "apply");
  EXPECT_THAT(error.hint, HasSubstr(".spec.versions (conflict with \"helm\""));
  EXPECT_THAT(error.hint, HasSubstr("force"));
}

TEST(ErrorOf, ShowsTheBudgetThatRefusesAnEviction) {
  const Error error = error_of(
      status(429,
             "TooManyRequests",
             "Cannot evict pod as it would violate the pod's disruption budget.",
             {{"causes",
               {{{"reason", "DisruptionBudget"},
                 {"message",
                  "The disruption budget kafka needs 2 healthy pods and has 2 currently"}}}}}),
      "evict");
  EXPECT_EQ(error.code, ErrorCode::TooManyRequests);
  EXPECT_THAT(error.hint, HasSubstr("needs 2 healthy pods"));
  EXPECT_EQ(error.retry_after, std::nullopt);
}

TEST(ErrorOf, ReadsFlowControlsPlainText) {
  const Error error = error_of(
      {429, {{"retry-after", "1"}}, "Too many requests, please try again later.\n"}, "list pods");
  EXPECT_EQ(error.code, ErrorCode::TooManyRequests);
  EXPECT_EQ(error.retry_after, seconds(1));
  EXPECT_THAT(error.message, HasSubstr("Too many requests, please try again later."));
  EXPECT_THAT(error.hint, HasSubstr("try again in 1s"));
}

TEST(ErrorOf, TakesTheWaitFromTheStatusWhereNoHeaderSaysIt) {
  const Error error =
      error_of(status(500, "ServerTimeout", "m", {{"retryAfterSeconds", 2}}), "list pods");
  EXPECT_EQ(error.retry_after, seconds(2));
}

TEST(ErrorOf, IgnoresAWaitThatIsNoInteger) {
  const Error error =
      error_of({503, {{"Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"}}, ""}, "list pods");
  EXPECT_EQ(error.retry_after, std::nullopt);
}

TEST(ErrorOf, UnderstandsAnEmptyBody) {
  const Error error = error_of({503, {}, ""}, "list pods");
  EXPECT_EQ(error.code, ErrorCode::ServerError);
  EXPECT_EQ(error.message, "the server is currently unable to handle the request");
}

TEST(ErrorOf, CutsALongBodyAndWhatCouldDriveATerminal) {
  const Error error = error_of({502, {}, "\x1b[31m" + std::string(5000, 'x')}, "list pods");
  EXPECT_THAT(error.message.size(), testing::Lt(2100U));
  EXPECT_THAT(error.message, Not(HasSubstr("\x1b")));
}

TEST(ErrorOf, QuotesOfAServersOwnChecksThoseThatFailed) {
  std::string body;
  for (int i = 0; i < 60; ++i) {
    body += "[+]poststarthook/some-long-name-of-a-hook-" + std::to_string(i) + " ok\n";
  }
  const Error error = error_of(
      {500, {}, body + "[-]etcd failed: reason withheld\nreadyz check failed\n"}, "ask /readyz");
  EXPECT_THAT(error.message, HasSubstr("[-]etcd failed: reason withheld"));
  EXPECT_THAT(error.message, Not(HasSubstr("[+]")));
}

TEST(ErrorOf, QuotesNoWholeObjectsBecauseTheyMayBeSecrets) {
  // As a real server answers a patch of a Secret with an unknown field.
  const std::string message =
      R"( "" is invalid: patch: Invalid value: "{\"data\":{\"k\":\"aHVudGVyMg==\"}}": strict decoding error: unknown field "spec")";
  const Error error = error_of(
      status(422,
             "Invalid",
             message,
             {{"causes",
               {{{"reason", "FieldValueInvalid"}, {"field", "patch"}, {"message", message}}}}}),
      "patch secret a/b");
  EXPECT_EQ(
      error.message,
      R"("" is invalid: patch: Invalid value: "{…}": strict decoding error: unknown field "spec")");
  EXPECT_THAT(error.causes.at(0).message, Not(HasSubstr("aHVudGVyMg")));
  EXPECT_THAT(error_of(status(422, "Invalid", R"(Invalid value: "{\"data\":\"aHVu)"), "").message,
              Not(HasSubstr("aHVu")));
}

TEST(ErrorOf, KnowsAnExpiredVersion) {
  EXPECT_EQ(error_of(status(410, "Expired", "too old resource version"), "").code, ErrorCode::Gone);
}

TEST(ErrorOfStatus, TakesTheCodeFromTheReasonWhereItIsMissing) {
  EXPECT_EQ(error_of_status(R"({"kind":"Status","reason":"Expired","message":"old"})", "").code,
            ErrorCode::Gone);
  EXPECT_EQ(error_of_status(R"({"kind":"Status","message":"?"})", "").code, ErrorCode::ServerError);
}

TEST(ErrorOfStatus, QuotesWhatIsNoStatus) {
  EXPECT_THAT(error_of_status("port is closed", "connect").text(),
              HasSubstr("connect › the server reported: port is closed"));
}

}  // namespace
}  // namespace cfkops::kube
