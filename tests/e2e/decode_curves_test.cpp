// Curves of the command `decode`, codes that are not sent whole, and qubits.
#include <nlohmann/json.hpp>

#include "e2e/cli_helpers.hpp"
#include "unfurl/code_files.hpp"

using namespace cli_test;

TEST_SUITE("e2e") {
  TEST_CASE("decode draws curves, alone and beside others") {
    const Folder folder;
    const std::string one = folder / "one.json", page = folder / "page.html";
    CHECK(run({"decode", "hamming:3", "--ebn0", "1,3", "--iterations", "5", "--json", one}).status == 0);
    CHECK(run({"decode", "hamming:3", "--ebn0", "1,3", "--iterations", "5", "--rule", "normalised", "--html",
               page, "--beside", one})
              .status == 0);
    const std::string html = contents(page);
    for (const char* part :
         {"Error rates of hamming:3", "normalised min-sum, 5 iterations", "sum-product, 5 iterations",
          "Frame error rate", "Bit error rate", "<svg", "--rule normalised"})
      CHECK(holds(html, part));
    // Two rows of the table for each decoder.
    std::size_t rows = 0;
    for (auto at = html.find("<tr><td>"); at != std::string::npos; at = html.find("<tr><td>", at + 1)) ++rows;
    CHECK(rows == 4);
    const std::string other = folder / "other.json";
    std::ofstream(other) << "{}";
    const std::vector<std::string> words = {"decode",   "hamming:3", "--ebn0", "3",
                                            "--frames", "256",       "--html", page};
    const auto with = [&](std::vector<std::string> more) {
      more.insert(more.begin(), words.begin(), words.end());
      return run(more);
    };
    refuses(with({"--beside", other}), {"no report of decode", "other.json"});
    const std::string before = contents(one);
    refuses(run({"decode", "hamming:3", "--ebn0", "3", "--html", one, "--beside", one}),
            {"in use", "one.json"});
    refuses(run({"decode", "hamming:3", "--ebn0", "3", "--html", one, "--json", one}),
            {"in use", "one.json"});
    CHECK(contents(one) == before);
    const std::string flips = folder / "flips.json";
    CHECK(run({"decode", "hamming:3", "--p", "0.1", "--frames", "256", "--json", flips}).status == 0);
    refuses(with({"--beside", flips}), {"another channel"});
    refuses(run({"decode", "hamming:3", "--ebn0", "3", "--beside", one}), {"--beside without a page"});
    refuses(run({"decode", "hamming:3", "--html", page}), {"--html is a page of simulated rates"});
  }

  TEST_CASE("decode writes constructions to files") {
    const Folder folder;
    for (const std::string name : {"code.alist", "code.txt"}) {
      CHECK(run({"decode", "bch:15,7", "--save", folder / name}).status == 0);
      CHECK(unfurl::read_code(folder / name).checks == unfurl::bch(15, 7).checks);
    }
    refuses(run({"decode", "bch:15,7", "--save", folder / "code.npy"}), {"not written as '.npy'"});
  }

  TEST_CASE("decode shortens and punctures") {
    const Folder folder;
    const std::string json = folder / "points.json";
    CHECK(run({"decode", "hamming:3", "--ebn0", "3", "--shorten", "6", "--puncture", "0-1", "--json", json})
              .status == 0);
    const auto report = nlohmann::json::parse(contents(json));
    CHECK(report.at("rate") == 0.75);
    CHECK(report.at("shortened") == std::vector<int>{6});
    CHECK(report.at("punctured") == std::vector<int>{0, 1});
    const auto decode = [&](const std::vector<std::string>& more) {
      std::vector<std::string> all = {"decode", "hamming:3", "--ebn0", "3"};
      all.insert(all.end(), more.begin(), more.end());
      return run(all);
    };
    refuses(decode({"--json", json, "--resume", "--shorten", "5", "--puncture", "0-1"}), {"another code"});
    refuses(decode({"--shorten", "7"}), {"there is no bit 7"});
    refuses(decode({"--shorten", "3-1"}), {"a range from 3 to 1"});
    refuses(decode({"--shorten", "1,1"}), {"bit 1 is there twice"});
    refuses(decode({"--puncture", "1,"}), {"no list of bits"});
    refuses(decode({"--puncture", "x"}), {"no list of bits"});
    refuses(decode({"--shorten", "1", "--puncture", "1"}), {"bit 1 is shortened or punctured twice"});
    refuses(decode({"--puncture", "0-6"}), {"no bit of the code is sent"});
    refuses(run({"decode", "hamming:3", "--p", "0.1", "--shorten", "1"}), {"give --ebn0"});
  }

  TEST_CASE("decode lists exact rates of depolarising noise") {
    const Folder folder;
    const std::string json = folder / "exact.json";
    const auto failure = [&](const std::string& code) {
      CHECK(
          run({"decode", code, "--exact", "--p", "0.05", "--iterations", "20", "--osd", "0", "--json", json})
              .status == 0);
      const auto report = nlohmann::json::parse(contents(json));
      CHECK(holds(report.at("noise").get<std::string>(), "depolarising"));
      const auto& rates = report.at("rates").at(0);
      CHECK(rates.at("maximum likelihood") <= rates.at("sum-product, K=20, OSD-0").get<double>());
      return rates.at("sum-product, K=20").get<double>();
    };
    CHECK(failure("surface_joint:3") < 0.7 * failure("surface_apart:3"));
    refuses(run({"decode", "surface_joint:3", "--p", "0"}), {"depolarising noise of probability 0"});
  }
}
