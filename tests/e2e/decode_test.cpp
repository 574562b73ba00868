// The command `decode`: points, exact rates, files, and what it refuses.
#include <nlohmann/json.hpp>

#include "e2e/cli_helpers.hpp"
#include "unfurl/code_files.hpp"
#include "unfurl/npz.hpp"

using namespace cli_test;
using namespace unfurl;

namespace {

std::string write(const Folder& folder, const std::string& name, const std::string& bytes) {
  std::ofstream(folder / name, std::ios::binary) << bytes;
  return folder / name;
}

nlohmann::json points_of(const std::string& path) {
  return nlohmann::json::parse(contents(path)).at("points");
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("decode counts errors, the same for any number of threads, by file and by name") {
    const Folder folder;
    const std::string file = write(folder, "h.alist", to_alist(hamming(3).checks));
    const std::vector<std::string> rest = {"--ebn0",         "1:3:1", "--iterations", "5",
                                           "--frame-errors", "200",   "--json"};
    const auto points = [&](const std::string& code, const std::string& threads) {
      std::vector<std::string> words = {"decode", code};
      words.insert(words.end(), rest.begin(), rest.end());
      words.push_back(folder / (threads + ".json"));
      words.insert(words.end(), {"--threads", threads});
      const Outcome found = run(words);
      CHECK(found.status == 0);
      return points_of(folder / (threads + ".json"));
    };
    const nlohmann::json one = points(file, "1"), two = points(file, "2"), named = points("hamming:3", "3");
    CHECK(one == two);
    CHECK(one == named);
    REQUIRE(one.size() == 3);
    for (const auto& p : one) {
      CHECK(p.at("frame_errors") >= 200);
      CHECK(p.at("fer") == p.at("frame_errors").get<double>() / p.at("frames").get<double>());
      CHECK(p.at("ber") == p.at("bit_errors").get<double>() / (7 * p.at("frames").get<double>()));
      CHECK(p.at("fer_interval")[0] < p.at("fer"));
      CHECK(p.at("fer_interval")[1] > p.at("fer"));
      CHECK(p.at("ber_interval")[0] < p.at("ber"));
    }
    CHECK(one[0].at("ebn0_db") == 1);
    CHECK(one[0].at("fer") > one[2].at("fer"));
  }

  TEST_CASE("decode stops words together, as many as one likes") {
    const Folder folder;
    const auto iterations = [&](const std::string& together) {
      REQUIRE(run({"decode", "hamming:3", "--ebn0", "2", "--frames", "2000", "--frame-errors", "2000",
                   "--stop-together", together, "--json", folder / together})
                  .status == 0);
      const auto j = nlohmann::json::parse(contents(folder / together));
      CHECK(j["stop_together"] == std::stoi(together));
      return j["points"][0]["iterations_mean"].get<double>();
    };
    CHECK(iterations("1") < iterations("8"));
    CHECK(iterations("8") < iterations("32"));
  }

  TEST_CASE("decode goes on with what it counted, and refuses the counts of others") {
    const Folder folder;
    const std::string json = folder / "points.json", whole = folder / "whole.json";
    const std::vector<std::string> words = {"decode", "bch:15,7", "--ebn0", "2,3", "--iterations", "5"};
    const auto with = [&](std::vector<std::string> more) {
      more.insert(more.begin(), words.begin(), words.end());
      return run(more);
    };
    CHECK(with({"--frame-errors", "20", "--json", json}).status == 0);
    CHECK(with({"--frame-errors", "300", "--json", json, "--resume"}).status == 0);
    CHECK(with({"--frame-errors", "300", "--json", whole}).status == 0);
    CHECK(points_of(json) == points_of(whole));
    refuses(with({"--json", json, "--resume", "--seed", "2"}), {"another code, decoder, channel or seed"});
    refuses(with({"--json", json, "--resume", "--rule", "min-sum"}), {"another code"});
    refuses(with({"--json", write(folder, "other.json", "{}"), "--resume"}), {"another code"});
    refuses(with({"--resume"}), {"--resume without a file"});
  }

  TEST_CASE("decode lists exact rates") {
    const Folder folder;
    const std::string json = folder / "exact.json";
    CHECK(run({"decode", "surface:3", "--exact", "--p", "0.05", "--iterations", "5", "--osd", "0", "--json",
               json})
              .status == 0);
    const auto rates = nlohmann::json::parse(contents(json)).at("rates").at(0);
    CHECK(rates.at("maximum likelihood").get<double>() == doctest::Approx(0.0368644319375).epsilon(1e-9));
    CHECK(rates.at("sum-product, K=5").get<double>() == doctest::Approx(0.191170475).epsilon(1e-9));
    CHECK(rates.at("sum-product, K=5, syndrome not met").get<double>() ==
          doctest::Approx(0.1674375).epsilon(1e-9));
    CHECK(rates.at("sum-product, K=5, OSD-0").get<double>() ==
          doctest::Approx(0.0368644319375).epsilon(1e-9));
  }

  TEST_CASE("decode answers words and syndromes in files") {
    const Folder folder;
    const NpzArray llr{{2, 7}, {2, 2, 2, 2, 2, 2, -1, -2, -2, -2, -2, -2, -2, 1}};
    const std::string words = write(folder, "llr.npy", to_npy(llr, "f4")), out = folder / "out.npy";
    CHECK(run({"decode", "hamming:3", "--llr", words, "-o", out}).status == 0);
    const NpzArray bits = read_npy(out);
    CHECK(bits.shape == std::vector<std::size_t>{2, 7});
    CHECK(bits.values == std::vector<double>{0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1});
    CHECK(run({"decode", "hamming:3", "--llr", words, "-o", out, "--soft"}).status == 0);
    const double first[] = {1.4505, 1.4505, 0.9010, 1.4505,
                            0.9010, 0.9010, 1.8464};  // plain loops, one iteration
    for (std::size_t i = 0; i < 7; ++i)
      CHECK(read_npy(out).values[i] == doctest::Approx(first[i]).epsilon(1e-4));
    const std::string syndrome = write(folder, "s.npy", to_npy({{1, 3}, {1, 1, 1}}, "u1"));
    CHECK(run({"decode", "hamming:3", "--syndrome", syndrome, "--p", "0.1", "-o", out}).status == 0);
    // After one iteration the checks are met, by four flips: plain loops give the same.
    CHECK(read_npy(out).values == std::vector<double>{0, 0, 1, 0, 1, 1, 1});
    const std::string dem = write(folder, "r.dem", "error(0.1) D0 L0\nerror(0.1) D0 D1\nerror(0.1) D1\n");
    const std::string fired = write(folder, "d.npy", to_npy({{2}, {1, 0}}, "u1"));
    CHECK(run({"decode", dem, "--syndrome", fired, "-o", out, "--iterations", "10"}).status == 0);

    const auto decode = [&](const std::vector<std::string>& more) {
      std::vector<std::string> all = {"decode", "hamming:3", "-o", out};
      all.insert(all.end(), more.begin(), more.end());
      return run(all);
    };
    refuses(
        decode({"--llr", write(folder, "short.npy", to_npy({{2, 6}, std::vector<double>(12, 1.0)}, "f4"))}),
        {"shape (2, 6)", "7 bits", "short.npy"});
    refuses(
        decode({"--llr", write(folder, "nan.npy", to_npy({{1, 7}, {1, 1, std::nan(""), 1, 1, 1, 1}}, "f4"))}),
        {"entry (0, 2) is NaN", "nan.npy"});
    refuses(decode({"--syndrome", write(folder, "two.npy", to_npy({{1, 3}, {1, 2, 0}}, "u1")), "--p", "0.1"}),
            {"entry (0, 1) is 2"});
    refuses(decode({"--syndrome", syndrome}), {"without probabilities"});
    refuses(run({"decode", "hamming:3", "--llr", words}), {"nowhere to write"});
  }

  TEST_CASE("decode describes a code, and refuses what is none") {
    const Folder folder;
    const Outcome found = run({"decode", "bch:63,36"});
    CHECK(found.status == 0);
    for (const char* part : {"27, 27 independent", "dimension       36", "ones            486",
                             "5909 of length 4", "girth           4"})
      CHECK(holds(found.out, part));
    const std::string good = to_alist(hamming(3).checks);
    refuses(run({"decode", write(folder, "cut.alist", good.substr(0, good.size() - 9)), "--ebn0", "3"}),
            {"cut.alist:13"});
    refuses(
        run({"decode", write(folder, "d.dem", "error(0.1) D0\nerror(0.1) D1\ndetector D0\n"), "--p", "1"}),
        {"d.dem:2", "D1"});
    refuses(run({"decode", "hamming:3", "--llr", "1e300", "-o", folder / "o.npy"}),
            {"1e300", ".npy of shape (words, 7)"});
    refuses(run({"decode", "hamming:3", "--ebn0", "3", "-o", folder / "o.npy"}),
            {"--output means nothing", "words in files"});
    refuses(run({"decode", "hamming:3", "--soft"}), {"--soft means nothing"});
    refuses(run({"decode", "repetition:3", "--p", "0.1", "--exact", "--frames", "10"}),
            {"--frames means nothing", "simulations"});
    refuses(run({"decode", "hamming:3", "--ebn0", "3", "--puncture", "0-3"}),
            {"rate above 1", "at most 3 bits"});
    const Outcome large = run({"decode", "surface:300"});
    CHECK(large.status == 0);
    CHECK(holds(large.out, "44999 independent"));
    CHECK(holds(large.out, "girth           8"));
    refuses(run({"decode", "toric:1000"}), {"elimination", "GB", "hours"});
    refuses(run({"decode", folder / "absent.alist"}), {"absent.alist"});
    refuses(run({"decode", "bch:63,44"}), {"no narrow-sense BCH code", "57, 51, 45"});
    refuses(run({"decode", "hamming:3", "--ebn0", "1:3"}), {"a grid of 2 numbers"});
    refuses(run({"decode", "hamming:3", "--ebn0", "1,x"}), {"'x' is no number"});
    refuses(run({"decode", "hamming:3", "--ebn0", "3", "--p", "0.1"}), {"both --ebn0 and --p"});
    refuses(run({"decode", "hamming:3", "--p", "1.5"}), {"flips with probability 1.5"});
    refuses(run({"decode", "hamming:3", "--ebn0", "3", "--scale", "0.7"}),
            {"--scale means nothing to sum-product"});
    refuses(run({"decode", "hamming:3", "--ebn0", "3", "--rule", "maximum"}), {"maximum"});
    refuses(run({"decode", "hamming:3", "--exact"}), {"--exact without probabilities"});
    refuses(run({"decode", "bch:63,45", "--exact", "--p", "0.1"}), {"18 checks and 63 bits", "simulate"});
    refuses(run({"decode", write(folder, "zero.txt", "000\n"), "--ebn0", "3"}), {"no ones"});
    refuses(run({"decode", write(folder, "full.txt", "10\n01\n"), "--ebn0", "3"}), {"the zero word only"});
  }
}
