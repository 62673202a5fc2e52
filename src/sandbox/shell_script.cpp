#include "shell_script.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace cfkops::sandbox {

namespace {

using Command = std::vector<std::string>;

constexpr std::int64_t kLongest = std::int64_t{100} * 365 * 24 * 3600;

/// Splits a script of plain commands; what else a shell would do makes it fail.
class ScriptReader {
 public:
  explicit ScriptReader(std::string_view script)
      : rest_(script) {}

  std::optional<std::vector<PlainCommand>> read() {
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      if (!take(rest_.front())) {
        return std::nullopt;
      }
    }
    end_command();
    if (quote_ != '\0') {
      return std::nullopt;
    }
    return std::move(commands_);
  }

 private:
  bool take(char c) {
    if (quote_ != '\0') {
      return take_quoted(c);
    }
    if (!command_.to_error && (c == '\'' || c == '"')) {
      quote_ = c;
      open_word();
    } else if (c == ' ' || c == '\t') {
      in_word_ = false;
    } else if (c == ';' || c == '\n') {
      end_command();
    } else if (rest_.starts_with(">&2") && !in_word_ && !command_.to_error) {
      command_.to_error = true;
      rest_.remove_prefix(2);
    } else if (command_.to_error ||
               std::string_view("$`\\|&<>()*?[]{}~#").find(c) != std::string_view::npos) {
      return false;
    } else {
      open_word();
      command_.words.back() += c;
    }
    return true;
  }

  bool take_quoted(char c) {
    if (c == quote_) {
      quote_ = '\0';
      return true;
    }
    if (quote_ == '"' && std::string_view("$`\\").find(c) != std::string_view::npos) {
      return false;
    }
    command_.words.back() += c;
    return true;
  }

  void open_word() {
    if (!in_word_) {
      command_.words.emplace_back();
      in_word_ = true;
    }
  }

  void end_command() {
    in_word_ = false;
    if (!command_.words.empty() || command_.to_error) {
      commands_.push_back(std::exchange(command_, {}));
    }
  }

  std::string_view rest_;
  std::vector<PlainCommand> commands_;
  PlainCommand command_;
  bool in_word_ = false;
  char quote_ = '\0';
};

/// A program where the image has it.
std::string_view applet_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const bool is_there = slash == std::string_view::npos || path.substr(0, slash) == "/bin";
  return is_there ? name : std::string_view();
}

std::optional<std::int64_t> number(std::string_view text, std::int64_t most) {
  std::int64_t value = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_good = error == std::errc() && stopped == text.data() + text.size() && value >= 0;
  return is_good ? std::optional(std::min(value, most)) : std::nullopt;
}

/// Whether a file cannot be there: the image has none there, and no volume stands there.
bool is_absent(std::string_view path, const ShellPlace& place) {
  constexpr std::array<std::string_view, 9> kTaken = {
      "/bin", "/usr", "/tmp", "/etc", "/proc", "/dev", "/sys", "/root", "/var"};
  const auto covers = [&](std::string_view folder) { return path.starts_with(folder); };
  return path.size() > 1 && path.front() == '/' && std::ranges::none_of(kTaken, covers) &&
         std::ranges::none_of(place.mounts, covers);
}

/// Runs plain commands, one after the other.
class Shell {
 public:
  explicit Shell(const ShellPlace& place)
      : place_(place) {}

  /// False where the command is not simulated.
  bool run(const Command& command, bool to_error = false) {
    is_error_ = to_error;
    if (command.empty()) {
      return false;
    }
    const std::string_view applet = applet_of(command.front());
    if (applet == "true" || applet == "false") {
      result_.code = applet == "true" ? 0 : 1;
      return true;
    }
    if (applet == "echo") {
      return echo(command);
    }
    if (applet == "hostname" && command.size() == 1) {
      return write(place_.host + "\n", 0);
    }
    if (applet == "tail" && command == Command{command.front(), "-f", "/dev/null"}) {
      return sleep({"sleep", "infinity"});
    }
    if (applet == "sleep") {
      return sleep(command);
    }
    return applet == "cat" && cat(command);
  }

  bool run_script(std::string_view script) {
    const auto commands = read_script(script);
    if (!commands) {
      return false;
    }
    for (const auto& [words, to_error] : *commands) {
      if (!words.empty() && words.front() == "exit") {
        return !to_error && exit(words);
      }
      if (!run(words, to_error)) {
        return false;
      }
    }
    return true;
  }

  ShellRun take() { return std::move(result_); }

 private:
  bool write(std::string text, int code) {
    result_.writes.push_back({result_.end, std::move(text), is_error_});
    result_.code = code;
    return true;
  }

  bool echo(const Command& command) {
    const bool no_break = command.size() > 1 && command[1] == "-n";
    if (!no_break && command.size() > 1 && command[1].starts_with("-")) {
      return false;
    }
    const Command words(command.begin() + (no_break ? 2 : 1), command.end());
    return write(base::join(words, " ") + (no_break ? "" : "\n"), 0);
  }

  bool sleep(const Command& command) {
    if (command.size() != 2) {
      return false;
    }
    const auto seconds =
        command[1] == "infinity" ? std::optional(kLongest) : number(command[1], kLongest);
    if (!seconds) {
      return false;
    }
    result_.end = std::min<Duration>(result_.end + std::chrono::seconds(*seconds),
                                     std::chrono::seconds(kLongest));
    result_.code = 0;
    return true;
  }

  bool cat(const Command& command) {
    const auto absent = [&](const std::string& path) { return is_absent(path, place_); };
    if (command.size() < 2 || !std::all_of(command.begin() + 1, command.end(), absent)) {
      return false;
    }
    is_error_ = true;
    for (std::size_t at = 1; at < command.size(); ++at) {
      write("cat: can't open '" + command[at] + "': No such file or directory\n", 1);
    }
    return true;
  }

  bool exit(const Command& command) {
    constexpr int kMostCode = 255;
    const auto code = command.size() == 2 ? number(command[1], kMostCode + 1)
                                          : std::optional<std::int64_t>(result_.code);
    if (!code || *code > kMostCode || command.size() > 2) {
      return false;
    }
    result_.code = static_cast<int>(*code);
    return true;
  }

  const ShellPlace& place_;
  ShellRun result_;
  bool is_error_ = false;
};

/// What Debian's busybox has.
constexpr std::string_view kApplets =
    " [ [[ acpid adjtimex ar arch arp arping ascii ash awk base64 basename bc blkdiscard blockdev "
    "brctl bunzip2 busybox bzcat bzip2 cal cat chgrp chmod chown chroot chvt clear cmp cp cpio "
    "crc32 crond crontab cttyhack cut date dc dd deallocvt depmod devmem df diff dirname dmesg "
    "dnsdomainname dos2unix dpkg dpkg-deb du dumpkmap dumpleases echo ed egrep env expand expr "
    "factor fallocate false fatattr fdisk fgrep find findfs fold free freeramdisk fsfreeze fstrim "
    "ftpget ftpput getopt getty grep groups gunzip gzip halt head hexdump hostid hostname httpd "
    "hwclock i2cdetect i2cdump i2cget i2cset i2ctransfer id ifconfig ifdown ifup init insmod "
    "ionice ip ipcalc ipneigh kill killall klogd last less link linux32 linux64 linuxrc ln "
    "loadfont loadkmap logger login logname logread losetup ls lsmod lsscsi lzcat lzma lzop "
    "md5sum mdev microcom mim mkdir mkdosfs mke2fs mkfifo mknod mkpasswd mkswap mktemp modinfo "
    "modprobe more mount mt mv nameif nc netstat nl nologin nproc nsenter nslookup nuke od openvt "
    "partprobe passwd paste patch pidof ping ping6 pivot_root poweroff printf ps pwd rdate "
    "readlink realpath reboot renice reset resume rev rm rmdir rmmod route rpm rpm2cpio run-init "
    "run-parts sed seq setkeycodes setpriv setsid sh sha1sum sha256sum sha3sum sha512sum shred "
    "shuf sleep sort ssl_client start-stop-daemon stat strings stty su sulogin svc svok swapoff "
    "swapon switch_root sync sysctl syslogd tac tail tar taskset tc tee telnet telnetd test tftp "
    "time timeout top touch tr traceroute traceroute6 true truncate ts tty tunctl ubirename "
    "udhcpc udhcpd uevent umount uname uncompress unexpand uniq unix2dos unlink unlzma unshare "
    "unxz unzip uptime usleep uudecode uuencode vconfig vi w watch watchdog wc wget which who "
    "whoami xargs xxd xz xzcat yes zcat ";

}  // namespace

std::string ShellRun::log(Duration age) const {
  std::string text;
  for (const Write& one : writes) {
    if (one.at <= age) {
      text += one.text;
    }
  }
  return text;
}

std::optional<ShellRun> run_shell(const Command& command, const ShellPlace& place) {
  if (command.empty()) {
    return std::nullopt;
  }
  Shell shell(place);
  const std::string_view applet = applet_of(command.front());
  const bool is_shell = applet == "sh" || applet == "ash";
  const bool is_known = is_shell ? command.size() == 1 || (command.size() > 2 && command[1] == "-c")
                                 : !applet.empty();
  if (!is_known) {
    return std::nullopt;
  }
  // Without a terminal a shell reads the end of its input, and ends.
  const std::string_view script = is_shell && command.size() > 2 ? command[2] : std::string_view();
  if (is_shell ? shell.run_script(script) : shell.run(command)) {
    return shell.take();
  }
  return std::nullopt;
}

std::optional<ExecResult> run_at_once(const Command& command, const ShellPlace& place) {
  const auto run = run_shell(command, place);
  if (!run || run->end > Duration::zero()) {
    return std::nullopt;
  }
  ExecResult result{.code = run->code};
  for (const ShellRun::Write& one : run->writes) {
    (one.is_error ? result.error : result.out) += one.text;
  }
  return result;
}

std::optional<std::vector<PlainCommand>> read_script(std::string_view script) {
  return ScriptReader(script).read();
}

bool is_applet(std::string_view name) {
  const std::string_view applet = applet_of(name);
  return !applet.empty() && applet.find(' ') == std::string_view::npos &&
         kApplets.find(" " + std::string(applet) + " ") != std::string_view::npos;
}

}  // namespace cfkops::sandbox
