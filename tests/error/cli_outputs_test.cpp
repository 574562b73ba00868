// Outputs that would take the place of what is read, and options that would be taken for values.
#include "e2e/cli_helpers.hpp"

using namespace cli_test;

TEST_SUITE("error") {
  TEST_CASE("cli: an output never takes the place of an input or of another output") {
    const Folder folder;
    const std::string model = folder / "m.uai", text = "MARKOV\n1\n2\n1\n1 0\n2\n1 3\n";
    std::ofstream(model) << text;
    std::ofstream(folder / "m.evid") << "0\n";
    std::filesystem::create_symlink("m.uai", folder / "link");
    const auto refused = [&](const std::string& words) {
      const Outcome outcome = shell("infer " + model + " --evidence " + (folder / "m.evid") + " " + words);
      CAPTURE(words);
      CHECK(outcome.status == 2);
      CHECK(holds(outcome.error, "this file is in use already, and would be lost"));
      CHECK(contents(model) == text);
    };
    refused("-o " + model);
    refused("--json " + model);
    refused("-o " + (folder / "link"));
    refused("-o " + (folder / "m.evid"));
    refused("-o " + (folder / "out") + " --json " + (folder / ".") + "/out");
  }

  TEST_CASE("cli: an option is no value of the one before") {
    const Folder folder;
    std::ofstream(folder / "m.uai") << "MARKOV\n1\n2\n1\n1 0\n2\n1 3\n";
    const Outcome outcome = shell("infer " + (folder / "m.uai") + " -o --unary-messages");
    CHECK(outcome.status == 2);
    CHECK(holds(outcome.error, "--output has no value: --unary-messages is the next option"));
    CHECK_FALSE(std::filesystem::exists("--unary-messages"));
  }
}
