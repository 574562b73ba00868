// Standard streams that are full, closed or nobody reads: results that are lost are a failure, progress never is.
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "e2e/cli_helpers.hpp"

using namespace cli_test;

namespace {

/// A device that is always full, made here; false where the user may not.
bool make_full(const std::string& path) { return mknod(path.c_str(), S_IFCHR | 0666, makedev(1, 7)) == 0; }

/// The built program with its streams sent where `redirection` says.
Outcome shell_with(const std::string& words, const std::string& redirection) {
  const Folder folder;
  const std::string command = unfurl::detail::cat("{ '", unfurl_program, "' ", words, " ", redirection,
                                                  "; } >", folder / "out", " 2>", folder / "error");
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(folder / "out"), contents(folder / "error")};
}

const char* const model = "MARKOV\n2\n2 2\n1\n2 0 1\n4\n1 2 3 4\n";

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("cli streams: results that cannot be printed are status 2, and said") {
    const Folder folder;
    std::ofstream(folder / "m.uai") << model;
    std::vector<std::string> streams{">&-"};
    if (make_full(folder / "full"))
      streams.push_back(">" + folder / "full");
    else
      MESSAGE("partly skipped: this user may not make devices");
    for (const std::string& stream : streams)
      for (const std::string& words :
           {std::string("list"), std::string("--help"), std::string("train --help"), std::string("--version"),
            std::string("list lista"), "infer " + (folder / "m.uai"),
            "infer --algorithm bp --task pr " + (folder / "m.uai"), "draw lista -o " + (folder / "a.dot"),
            std::string("check lista --layers 1")}) {
        CAPTURE(words);
        CAPTURE(stream);
        const Outcome lost = shell_with(words, stream);
        CHECK(lost.status == 2);
        CHECK(holds(lost.error, "the results cannot be printed"));
      }
  }

  TEST_CASE("cli streams: a training whose streams are lost is a training all the same") {
    const Folder folder;
    const std::string training = "train lista --layers 2 --epochs 3 --threads 1 -o ";
    REQUIRE(shell(training + (folder / "good")).status == 0);
    const std::string good = contents(folder / "good/checkpoint.unfurl");
    REQUIRE(good.size() > 100);
    struct Case {
      const char* name;
      std::string streams;
      int status;
    };
    std::vector<Case> cases{{"no-error", "2>&-", 0}, {"no-output", ">&-", 2}, {"none", "<&- >&- 2>&-", 2}};
    if (make_full(folder / "full")) {
      cases.push_back({"full-error", "2>" + folder / "full", 0});
      cases.push_back({"full-both", ">" + (folder / "full") + " 2>&1", 2});
    }
    for (const Case& c : cases) {
      CAPTURE(c.name);
      CHECK(shell_with(training + (folder / c.name), c.streams).status == c.status);
      CHECK(contents(folder / (std::string(c.name) + "/checkpoint.unfurl")) == good);
      CHECK(holds(contents(folder / (std::string(c.name) + "/run.json")), "\"interrupted\": false"));
    }
  }

  TEST_CASE("cli streams: a comparison without standard error comes to its end") {
    const Folder folder;
    const Outcome compared =
        shell_with("compare lista --layers 2 --epochs 1 --threads 1 -o " + (folder / "results"), "2>&-");
    CHECK(compared.status == 0);
    CHECK(holds(compared.out, "untied"));
    CHECK(contents(folder / "results/table.txt").size() > 100);
  }

  TEST_CASE("cli streams: a reader that leaves ends nothing but the printing, quietly") {
    const Folder folder;
    // The reader is gone before the program prints: the pipe's other end closes with `true`.
    const std::string pipe = unfurl::detail::cat("bash -c 'set -o pipefail; { sleep 0.2; \"", unfurl_program,
                                                 "\" train lista --layers 2 --epochs 2 ", "--threads 1 -o ",
                                                 folder / "run", " 2>", folder / "error", "; } | true'");
    const int status = std::system(pipe.c_str());
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 141);
    CHECK_FALSE(holds(contents(folder / "error"), "unfurl:"));
    CHECK(holds(contents(folder / "run/run.json"), "\"interrupted\": false"));
  }

  TEST_CASE("cli streams: an output that is standard output is printed, in order") {
    const Folder folder;
    std::ofstream(folder / "m.uai") << model;
    const Outcome plain = shell("infer --task mar " + (folder / "m.uai"));
    REQUIRE(plain.status == 0);
    fs::create_symlink("/proc/self/fd/1", folder / "stdout");
    for (const std::string& name : {folder / "stdout", std::string("/proc/self/fd/1")}) {
      CAPTURE(name);
      CHECK(shell("infer --task mar -o " + name + " " + (folder / "m.uai")).out == plain.out);
    }
    CHECK(fs::is_symlink(folder / "stdout"));
    const Outcome both =
        shell_with("infer -o " + (folder / "stdout") + " " + (folder / "m.uai"), "; echo after");
    CHECK(both.out == plain.out + "after\n");
  }
}
