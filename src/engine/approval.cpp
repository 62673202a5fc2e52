#include "cfkops/engine/approval.hpp"

#include "ssh_keys.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace cfkops::engine {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::string_view kType = "cfkops/approval";

/// So that a signature made for something else is none of ours, and the other way round.
constexpr const char* kNamespace = "cfkops-plan";

/// A folder for what ssh-keygen wants as files.
class Scratch {
 public:
  Scratch()
      : path_(std::filesystem::temp_directory_path() / ("cfkops-" + base::random_hex(8))) {}

  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  Result<std::string> write(const std::string& name, std::string_view text) const {
    CFKOPS_TRY(base::make_private_directory(path_));
    CFKOPS_TRY(base::write_private_file(path_ / name, text));
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

Result<base::ProcessOutcome> ssh_keygen(base::Process& process,
                                        std::vector<std::string> words,
                                        const std::string& input) {
  base::ProcessRequest request;
  request.argv = std::move(words);
  request.argv.insert(request.argv.begin(), "ssh-keygen");
  request.input = input;
  auto outcome = process.run(request);
  if (!outcome && outcome.error().code == ErrorCode::NotFound) {
    return make_error(ErrorCode::Refused,
                      "approvals need ssh-keygen, which is not on this machine",
                      "install OpenSSH's client (Debian and Ubuntu: openssh-client)");
  }
  return outcome;
}

/// What ssh-keygen said, on one line.
std::string words_of(const base::ProcessOutcome& outcome) {
  std::vector<std::string> said;
  for (const std::string& line : base::split(outcome.error_output, '\n')) {
    if (const std::string_view text = base::trim(line); !text.empty()) {
      said.emplace_back(base::printable(text));
    }
  }
  return said.empty() ? "ssh-keygen ended with " + std::to_string(outcome.exit_code)
                      : base::join(said, "; ");
}

/// "256 SHA256:… ana@host (ED25519)"
std::string fingerprint_in(const std::string& listing) {
  const std::size_t begin = listing.find("SHA256:");
  return begin == std::string::npos ? "" : listing.substr(begin, listing.find(' ', begin) - begin);
}

/// An approval taken apart.
struct Approval {
  Json statement;
  std::string signature;  ///< bytes
  SshSignature says;
};

/// Errors: InvalidInput with why it is no approval.
Result<Approval> read_approval(const std::string& text) {
  const auto document = Json::parse(text);
  if (!document || document->string_or("/type", "") != kType ||
      document->int_or("/schemaVersion", 0) != kVersion || document->dump() + "\n" != text) {
    return make_error(ErrorCode::InvalidInput, "it was changed, or is no approval");
  }
  Approval approval;
  approval.statement = document->get("/statement");
  const std::string encoded = document->string_or("/signature", "");
  auto signature = base::base64_decode(encoded);
  if (!signature || base::base64_encode(*signature) != encoded) {
    return make_error(ErrorCode::InvalidInput, "it was changed: its signature cannot be read");
  }
  approval.signature = *std::move(signature);
  CFKOPS_ASSIGN(approval.says, read_ssh_signature(approval.signature));
  return approval;
}

std::string expiry_of(const Approval& approval) {
  return approval.statement.string_or("/expires", "");
}

/// Counts the approvals of one plan.
class Count {
 public:
  Count(base::Process& process, const ApprovalRules& rules, std::vector<AllowedSigner> signers)
      : process_(process),
        rules_(rules),
        signers_(std::move(signers)) {}

  /// Errors: what keeps all from being judged.
  Status add(const ApprovalFile& file);

  [[nodiscard]] ApprovalReport take() && { return std::move(report_); }

 private:
  using Names = std::vector<std::string>;

  /// Why it does not count, or "".
  [[nodiscard]] std::string objection(const Approval& approval) const;
  [[nodiscard]] std::string objection_to_signer(const Approval& approval) const;
  [[nodiscard]] std::vector<AllowedSigner> lines_of(const std::string& key) const;
  Result<std::string> verify(const Approval& approval) const;
  void refuse(const ApprovalFile& file, const std::string& why);

  base::Process& process_;
  const ApprovalRules& rules_;
  std::vector<AllowedSigner> signers_;
  std::vector<Names> people_;  ///< those counted
  ApprovalReport report_;
};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool names_nobody(const std::string& principal) {
  return principal.empty() || principal.find_first_of("*?!") != std::string::npos;
}

void Count::refuse(const ApprovalFile& file, const std::string& why) {
  report_.not_counted.push_back(file.name + ": " + why);
}

std::vector<AllowedSigner> Count::lines_of(const std::string& key) const {
  std::vector<AllowedSigner> lines;
  std::copy_if(signers_.begin(),
               signers_.end(),
               std::back_inserter(lines),
               [&](const AllowedSigner& signer) { return signer.key == key; });
  return lines;
}

std::string Count::objection(const Approval& approval) const {
  const std::string of = approval.statement.string_or("/plan", "");
  if (of != rules_.plan.sha256) {
    return "it is of another plan, or the plan was changed: it names sha256 " +
           base::printable(of) + ", this plan has " + rules_.plan.sha256;
  }
  const auto expires = base::parse_rfc3339(expiry_of(approval));
  if (!expires) {
    return "it does not say when it expires";
  }
  if (rules_.now >= *expires) {
    return "it expired at " + base::format_rfc3339(*expires);
  }
  if (approval.says.name_space != kNamespace) {
    return "signed for '" + base::printable(approval.says.name_space) + "' and not for " +
           kNamespace;
  }
  if (approval.statement.string_or("/signer", "") != fingerprint(approval.says.key)) {
    return "it names another key than the one it is signed with";
  }
  return objection_to_signer(approval);
}

std::string Count::objection_to_signer(const Approval& approval) const {
  const std::vector<AllowedSigner> lines = lines_of(approval.says.key);
  if (lines.empty()) {
    return "unknown signer: key " + fingerprint(approval.says.key) +
           " is not among the allowed signers";
  }
  const Names& names = lines.front().principals;
  const std::string who = names.front();
  for (const AllowedSigner& line : lines) {
    if (line.principals != names) {
      return "its key stands under two names among the allowed signers (lines " +
             std::to_string(lines.front().number) + " and " + std::to_string(line.number) + ")";
    }
  }
  if (std::any_of(names.begin(), names.end(), names_nobody)) {
    return "its key belongs to nobody in particular: '" + base::join(names, ",") + "'";
  }
  if (contains(names, rules_.plan.requester)) {
    return "signed by the requester, " + who;
  }
  if (contains(names, rules_.runner)) {
    return "signed by who runs it now, " + who;
  }
  for (const Names& known : people_) {
    if (std::any_of(
            names.begin(), names.end(), [&](const auto& name) { return contains(known, name); })) {
      return "signed by " + who + ", who is counted already";
    }
  }
  return {};
}

Result<std::string> Count::verify(const Approval& approval) const {
  const Scratch scratch;
  std::string allowed;
  const std::vector<AllowedSigner> lines = lines_of(approval.says.key);
  for (const AllowedSigner& line : lines) {
    allowed += line.line + "\n";
  }
  CFKOPS_ASSIGN(const std::string allowed_file, scratch.write("allowed_signers", allowed));
  CFKOPS_ASSIGN(const std::string signature_file,
                scratch.write("signature", armored(approval.signature)));
  CFKOPS_ASSIGN(const base::ProcessOutcome outcome,
                ssh_keygen(process_,
                           {"-Y",
                            "verify",
                            "-f",
                            allowed_file,
                            "-I",
                            lines.front().principals.front(),
                            "-n",
                            kNamespace,
                            "-s",
                            signature_file},
                           approval.statement.dump()));
  return outcome.exit_code == 0 ? std::string()
                                : "its signature does not verify: " + words_of(outcome);
}

Status Count::add(const ApprovalFile& file) {
  const auto approval = read_approval(file.text);
  if (!approval) {
    refuse(file, approval.error().message);
    return {};
  }
  std::string why = objection(*approval);
  if (why.empty()) {
    CFKOPS_ASSIGN(why, verify(*approval));
  }
  if (!why.empty()) {
    refuse(file, why);
    return {};
  }
  const Names names = lines_of(approval->says.key).front().principals;
  people_.push_back(names);
  report_.counted.push_back({.file = file.name,
                             .principal = names.front(),
                             .key = fingerprint(approval->says.key),
                             .expires = expiry_of(*approval)});
  return {};
}

/// Nothing where the requester is known to the allowed signers.
Status requester_is_known(const ApprovalRules& rules, const std::vector<AllowedSigner>& signers) {
  const std::string& requester = rules.plan.requester;
  const bool known = !requester.empty() &&
                     std::any_of(signers.begin(), signers.end(), [&](const AllowedSigner& signer) {
                       return contains(signer.principals, requester);
                     });
  if (known) {
    return {};
  }
  return make_error(
      ErrorCode::Refused,
      requester.empty()
          ? std::string("the API server did not tell who requested this plan, so that nobody can "
                        "be told from the requester")
          : "the requester, " + requester +
                ", is none of the allowed signers, so that nobody can be told from the requester",
      "add '" + (requester.empty() ? std::string("USER") : requester) +
          "', as the API server calls them, to the principals of the requester's key");
}

}  // namespace

Result<std::string> sign_approval(base::Process& process, const ApprovalRequest& request) {
  CFKOPS_ASSIGN(const base::ProcessOutcome listed,
                ssh_keygen(process, {"-l", "-E", "sha256", "-f", request.key}, ""));
  const std::string signer = fingerprint_in(listed.output);
  if (listed.exit_code != 0 || signer.empty()) {
    return make_error(ErrorCode::Refused,
                      "key " + request.key + " cannot be used: " + words_of(listed),
                      "name a private key, or a public one whose private one ssh-agent holds");
  }
  const Json statement(json{{"plan", request.plan_sha256},
                            {"signer", signer},
                            {"signed", base::format_rfc3339(request.now)},
                            {"expires", base::format_rfc3339(request.now + request.valid_for)}});
  CFKOPS_ASSIGN(
      const base::ProcessOutcome signing,
      ssh_keygen(process, {"-Y", "sign", "-n", kNamespace, "-f", request.key}, statement.dump()));
  const auto signature = without_armor(signing.output);
  if (signing.exit_code != 0 || !signature) {
    return make_error(ErrorCode::Refused,
                      "ssh-keygen did not sign with " + request.key + ": " + words_of(signing),
                      "where the key has a passphrase, add it to ssh-agent (ssh-add) and name its "
                      "public file");
  }
  return Json(json{{"schemaVersion", kVersion},
                   {"type", kType},
                   {"statement", statement.raw()},
                   {"signature", base::base64_encode(*signature)}})
             .dump() +
         "\n";
}

Status ApprovalReport::enough(std::size_t wanted) const {
  if (counted.size() >= wanted) {
    return {};
  }
  std::string text = "the plan has " + std::to_string(counted.size()) + " of " +
                     base::counted(static_cast<long long>(wanted), "approval") + " that it needs";
  if (!not_counted.empty()) {
    text += "; not counted: " + base::enumerate(not_counted, not_counted.size());
  }
  return make_error(ErrorCode::Refused,
                    text,
                    "somebody else than the requester and than who runs it types: cfkops approve "
                    "FILE --key KEY");
}

Result<ApprovalReport> check_approvals(base::Process& process,
                                       std::span<const ApprovalFile> files,
                                       const ApprovalRules& rules) {
  CFKOPS_ASSIGN(std::vector<AllowedSigner> signers, read_allowed_signers(rules.allowed_signers));
  CFKOPS_TRY(requester_is_known(rules, signers));
  Count count(process, rules, std::move(signers));
  for (const ApprovalFile& file : files) {
    CFKOPS_TRY(count.add(file));
  }
  return std::move(count).take();
}

}  // namespace cfkops::engine
