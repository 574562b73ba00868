// What shells, the manual and a new project get from the program.
#include "e2e/cli_helpers.hpp"

using namespace cli_test;

namespace {

bool there_is(const std::string& program) {
  return std::system(("command -v " + program + " > /dev/null 2>&1").c_str()) == 0;
}

/// What a shell command prints, which must succeed.
std::string said(const std::string& command) {
  const Folder folder;
  const int status = std::system(("( " + command + " ) > " + (folder / "out") + " 2>&1").c_str());
  std::string text = contents(folder / "out");
  REQUIRE_MESSAGE(status == 0, command, "\n", text);
  return text;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("cli: completions know every command and option, and shells take them") {
    const Folder folder;
    const auto script = [&](const std::string& shell) {
      const Outcome outcome = run({"completions", shell});
      REQUIRE(outcome.status == 0);
      std::ofstream(folder / shell) << outcome.out;
      for (const std::string word : {"train", "compare", "chain", "near-tied", "rate-schedule"})
        CHECK_MESSAGE(holds(outcome.out, word), shell, ": ", word);
      return folder / shell;
    };
    const std::string bash = script("bash"), zsh = script("zsh"), fish = script("fish");
    const auto completed = [&](const std::string& words, int at) {
      return said("bash -c '. " + bash + "; COMP_WORDS=(" + words + "); COMP_CWORD=" + std::to_string(at) +
                  "; _unfurl; echo ${COMPREPLY[@]}'");
    };
    CHECK(completed("unfurl tr", 1) == "train\n");
    CHECK(completed("unfurl train ch", 2) == "chain\n");
    CHECK(completed("unfurl train chain --near", 3) == "--near-tied\n");
    CHECK(completed("unfurl train chain --algorithm ist", 4) == "ista\n");
    CHECK(completed("unfurl eval ./so", 2) == "\n");  // files are the shell's
    if (there_is("zsh")) CHECK(said("zsh -n " + zsh) == "");
    if (there_is("fish")) CHECK(said("fish --no-execute " + fish) == "");
    refuses(run({"completions", "tcsh"}), {"tcsh", "bash"});
  }

  TEST_CASE("cli: pages of the manual hold what --help says") {
    const Folder folder;
    const Outcome page = run({"man", "train"}), help = run({"train", "--help"});
    REQUIRE(page.status == 0);
    CHECK(page.out.starts_with(".TH UNFURL"));
    for (const std::string part :
         {".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", "\\fB\\-\\-near\\-tied\\fR", ".SH EXAMPLES"})
      CHECK_MESSAGE(holds(page.out, part), part);
    std::istringstream lines(help.out);
    for (std::string word; lines >> word;)
      if (word.starts_with("--") && word.size() > 3 &&
          std::isalpha(static_cast<unsigned char>(word[2])) != 0) {
        std::string escaped;
        for (const char c : word) escaped += c == '-' ? "\\-" : std::string(1, c);
        CHECK_MESSAGE(holds(page.out, escaped), word);
      }
    const Outcome all = run({"man"});
    CHECK(holds(all.out, "unfurl\\-compare"));
    std::ofstream(folder / "page") << page.out << all.out;
    if (there_is("groff")) CHECK(said("groff -man -Tutf8 -ww -z " + (folder / "page")) == "");
    refuses(run({"man", "trian"}), {"no command 'trian'", "train"});
  }

  TEST_CASE("cli: new writes a project, and nothing into what is there") {
    const Folder folder;
    REQUIRE(run({"new", folder / "my_model"}).status == 0);
    CHECK(holds(contents(folder / "my_model/CMakeLists.txt"), "project(my_model LANGUAGES CXX)"));
    CHECK(holds(contents(folder / "my_model/model.cpp"), "Model m(\"my_model\")"));
    for (const auto& entry : fs::directory_iterator(folder / "my_model"))
      CHECK_FALSE(holds(contents(entry.path()), "@NAME"));
    REQUIRE(run({"new", folder / "with_slash/"}).status == 0);
    CHECK(holds(contents(folder / "with_slash/model.cpp"), "Model m(\"with_slash\")"));
    refuses(run({"new", "/"}), {"'' is no name", "give a folder"});
    refuses(run({"new", "."}), {"'.' is no name"});
    refuses(run({"new", folder / "my_model"}), {"something in this place"});
    refuses(run({"new", folder / "1st"}), {"'1st' is no name"});
    refuses(run({"new", folder / "a b"}), {"'a b' is no name"});
  }
}
