"""The fences themselves: each check must name what is wrong in a small tree, and be silent about a good one."""

import pathlib
import subprocess
import tempfile
import unittest

CMAKE = pathlib.Path(__file__).resolve().parent.parent.parent / "cmake"


class Tree(unittest.TestCase):
    """A source tree made for one test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, name, text=""):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def check(self, name):
        done = subprocess.run(["cmake", f"-DROOT={self.root}", "-P", str(CMAKE / f"Check{name}.cmake")],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode == 0, done.stdout


class Layers(Tree):
    def assert_refused(self, file, text, because):
        self.write(file, text)
        passed, output = self.check("Layers")
        self.assertFalse(passed, output)
        self.assertIn(f"{file}: ", output)
        self.assertIn(because, output)
        self.assertIn("1 violation(s)", output)

    def test_accepts_a_good_tree(self):
        self.write("include/cfkops/base/json.hpp", "#include <nlohmann/json_fwd.hpp>\n#include <string>\n")
        self.write("src/base/log.cpp", "#include <spdlog/spdlog.h>\n#include <nlohmann/json.hpp>\n")
        self.write("src/kube/wire.hpp", '#include "cfkops/base/json.hpp"\n')
        self.write("src/kube/wire.cpp", '#include "wire.hpp"\n#include <curl/curl.h>\n  snprintf(buffer);\n')
        self.write("src/runbook/rules/a.cpp", '#include "rules/b.hpp"\n// std::cout in a comment\n')
        self.write("src/runbook/rules/b.hpp")
        self.write("src/cli/app.cpp", '#include <iostream>\n#include <CLI/CLI.hpp>\nstd::cout << 1;\n')
        self.write("src/main.cpp", '#include "cfkops/cli/app.hpp"\nstd::cerr << 1;\n')
        passed, output = self.check("Layers")
        self.assertTrue(passed, output)

    def test_refuses_a_higher_module(self):
        self.assert_refused("src/kube/a.cpp", '#include "cfkops/engine/plan.hpp"\n', "may not use 'engine'")

    def test_refuses_what_the_simulator_must_not_know(self):
        self.assert_refused("src/sandbox/a.cpp", '#include "cfkops/actions/table.hpp"\n', "may not use 'actions'")

    def test_refuses_a_way_up(self):
        self.assert_refused("src/kube/a.cpp", '#include "../base/json.hpp"\n', "no way up")

    def test_refuses_another_modules_private_header(self):
        self.write("src/kube/curl_transport.hpp")
        self.assert_refused("src/kafka/a.cpp", '#include "curl_transport.hpp"\n', "no header of module 'kafka'")

    def test_refuses_a_private_header_in_a_public_one(self):
        self.write("src/kube/wire.hpp")
        self.assert_refused("include/cfkops/kube/a.hpp", '#include "wire.hpp"\n', "may not include the private")

    def test_refuses_a_fenced_library_elsewhere(self):
        for folder, header in (("kube", "spdlog/spdlog.h"), ("runbook", "yaml-cpp/yaml.h"), ("audit", "openssl/evp.h"),
                               ("engine", "curl/curl.h"), ("kube", "re2/re2.h"), ("actions", "CLI/CLI.hpp"),
                               ("kube", "librdkafka/rdkafka.h"), ("base", "zlib.h")):
            with self.subTest(header=header):
                self.setUp()
                self.assert_refused(f"src/{folder}/a.cpp", f"#include <{header}>\n", "belongs in .cpp files of")

    def test_refuses_a_fenced_library_in_its_owners_header(self):
        self.assert_refused("src/kube/a.hpp", "#include <curl/curl.h>\n", "belongs in .cpp files of kube only")

    def test_refuses_the_whole_json_library_in_a_header(self):
        self.assert_refused("include/cfkops/kube/a.hpp", "#include <nlohmann/json.hpp>\n", "json_fwd.hpp")

    def test_refuses_printing_below_cli(self):
        for line in ("std::cout << 1;", "  std::cerr << 1;", 'printf("x");', 'std::fprintf(stderr, "x");', 'fmt::print("x");',
                     "::write(STDERR_FILENO, text.data(), 1);", "::write(2, text, 1);", 'perror("x");', "fwrite(a, 1, 1, stdout);"):
            with self.subTest(line=line):
                self.setUp()
                self.assert_refused("src/engine/a.cpp", line + "\n", "nothing below cli prints")

    def test_refuses_iostream_below_cli(self):
        self.assert_refused("src/engine/a.cpp", "#include <iostream>\n", "<iostream> belongs to cli")

    def test_refuses_an_unknown_module(self):
        self.assert_refused("src/misc/a.cpp", "", "has no row")


class Actions(Tree):
    def test_accepts_an_empty_tree(self):
        self.assertTrue(self.check("Actions")[0])

    def test_accepts_a_kind_with_row_page_and_test(self):
        self.write("src/actions/node_drain.cpp", "  const ActionSpec& spec() const override;\n")
        self.write("src/actions/wording.cpp", "a helper\n")
        self.write("src/actions/table.cpp", "ActionSpec\n  &node_drain,\n")
        self.write("docs/actions/node.drain.md")
        self.write("tests/actions/node_drain_test.cpp")
        passed, output = self.check("Actions")
        self.assertTrue(passed, output)

    def test_names_everything_that_is_missing(self):
        self.write("src/actions/node_drain.cpp", "  const ActionSpec& spec() const override;\n")
        self.write("src/actions/table.cpp", '#include "node_drain.hpp"\n  &node_cordon,\n')
        passed, output = self.check("Actions")
        self.assertFalse(passed)
        for what in ("no row", "no page", "no test", "3 violation(s)"):
            self.assertIn(what, output)


class Sizes(Tree):
    def test_accepts_what_is_just_small_enough(self):
        self.write("src/base/a.cpp", "int a;\n" * 500)
        self.write("src/base/b.cpp", "int f() {\n" + "  g();\n" * 78 + "}\n")
        passed, output = self.check("Sizes")
        self.assertTrue(passed, output)

    def test_refuses_a_long_file_wherever_it_stands(self):
        for name in ("tests/base/a_test.cpp", "docs/cli.md", "tests/lab/lab", "runbooks/a.yaml", "README.md"):
            with self.subTest(name=name):
                self.setUp()
                self.write(name, "a;\n" * 501)
                passed, output = self.check("Sizes")
                self.assertFalse(passed)
                self.assertIn(f"{name}: 501 lines", output)

    def test_lets_a_lock_file_be_long(self):
        self.write("tests/lab/go/kube/go.sum", "a\n" * 501)
        self.assertTrue(self.check("Sizes")[0])

    def test_refuses_a_long_function(self):
        self.write("src/base/b.cpp", "int before;\nint f() {\n" + "  g();\n" * 79 + "}\n")
        passed, output = self.check("Sizes")
        self.assertFalse(passed)
        self.assertIn("src/base/b.cpp:2: 'f' has 81 lines", output)


if __name__ == "__main__":
    unittest.main()
