// Wrong commands and wrong files: one error each, with status 2, that says what, where and how to mend it.
#include "e2e/cli_helpers.hpp"
#include "experiment/folders/output_folder.hpp"
#include "unfurl/audio.hpp"
#include "unfurl/checkpoint.hpp"
#include "unit/audio_helpers.hpp"

using namespace cli_test;

namespace {

/// A trained run in a folder.
std::string trained(const Folder& folder, const std::string& name = "run") {
  std::string out = folder / name;
  REQUIRE(run({"train", "chain", "--epochs", "1", "-o", out}).status == 0);
  return out;
}

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace

TEST_SUITE("error") {
  TEST_CASE("cli: wrong words are named, with the nearest right ones") {
    const Folder folder;
    refuses(run({"train", "chian", "-o", folder / "run"}),
            {"there is no model 'chian'", "did you mean 'chain'?"});
    refuses(run({"trian", "chain"}), {"there is no command 'trian'", "did you mean 'train'?"});
    refuses(run({"train", "chain", "--layrs", "3", "-o", folder / "run"}),
            {"there is no option '--layrs'", "unfurl train", "did you mean '--layers'?"});
    refuses(run({"list", "chain", "all"}), {"'all' is one argument too many", "unfurl list --help"});
    refuses(run({"train", "chain"}), {"--output is missing", "where: unfurl train"});
    refuses(run({"draw"}), {"MODEL is missing", "where: unfurl draw"});
    CHECK(run({}).status == 2);
    CHECK_FALSE(fs::exists(folder / "run"));
  }

  TEST_CASE("cli: wrong values are refused before anything runs") {
    const Folder folder;
    const std::string out = folder / "run";
    refuses(run({"train", "chain", "--layers", "0", "-o", out}), {"--layers", "0", "where: unfurl train"});
    refuses(run({"train", "chain", "--layers", "many", "-o", out}), {"--layers", "many"});
    refuses(run({"train", "chain", "--epochs", "-1", "-o", out}), {"--epochs", "-1"});
    refuses(run({"train", "chain", "--seed", "-1", "-o", out}), {"--seed", "-1"});
    refuses(run({"train", "chain", "--threads", "-2", "-o", out}), {"--threads", "-2"});
    refuses(run({"compare", "chain", "--seeds", "0"}), {"--seeds", "0"});
    refuses(run({"compare", "chain", "--layers", "4,0"}), {"--layers", "0"});
    refuses(run({"draw", "chain", "--view", "side", "-o", folder / "a.svg"}), {"--view", "side", "factors"});
    refuses(run({"draw", "chain", "-o", folder / "a.gif"}), {"a.gif", ".svg"});
    refuses(run({"train", "chain", "--algorithm", "bq", "-o", out}),
            {"there is no algorithm 'bq'", "did you mean 'bp'?"});
    refuses(run({"train", "chain", "--algorithm", "ista", "-o", out}), {"where:"});
    refuses(run({"train", "chain", "--tying", "unteid", "-o", out}),
            {"there is no tying 'unteid'", "did you mean 'untied'?"});
    refuses(run({"train", "chain", "--tying", "last:9", "-o", out}),
            {"the last 9 layers of a network of 4 layers", "where: --tying last:9"});
    refuses(run({"train", "chain", "--data", folder / "none", "-o", out}, {.data = "a folder of bits"}),
            {"there are no data", folder / "none", "give a folder of bits with --data"});
    CHECK_FALSE(fs::exists(out + "/checkpoint.unfurl"));
  }

  TEST_CASE("cli: runs that are missing, damaged or of another kind") {
    const Folder folder;
    const std::string out = trained(folder), file = out + "/checkpoint.unfurl";
    const std::string good = contents(file);
    refuses(run({"eval", folder / "none"}), {"there is no run", folder / "none", "train MODEL"});
    refuses(run({"eval", out, "--data", folder / "none"}, {.data = "a folder of bits"}),
            {"there are no data"});

    write(file, good.substr(0, good.size() / 2));
    refuses(run({"eval", out}), {"where:", file});
    std::string damaged = good;
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
    write(file, damaged);
    refuses(run({"eval", out}), {"where:", file});
    write(file, "RIFF, surely not a checkpoint");
    refuses(run({"eval", out}), {"where:", file});
    write(file, "");
    refuses(run({"eval", out}), {"where:", file});
    fs::remove(file);
    refuses(run({"eval", out}), {"where:", file});
  }

  TEST_CASE("cli: checkpoints of other programs and networks") {
    const Folder folder;
    const std::string out = trained(folder), file = out + "/checkpoint.unfurl";
    unfurl::Checkpoint checkpoint = unfurl::load(file);
    const std::string declaration = checkpoint.declaration;

    checkpoint.declaration = "";
    unfurl::save(file, checkpoint);
    refuses(run({"eval", out}), {"does not say which model", file, "train"});

    checkpoint.declaration = declaration;
    checkpoint.declaration.replace(checkpoint.declaration.find("\"chain\""), 7, "\"chaim\"");
    unfurl::save(file, checkpoint);
    refuses(run({"eval", out}), {"there is no model 'chaim'", "did you mean 'chain'?"});

    checkpoint.declaration = declaration;
    checkpoint.parameters.pop_back();
    unfurl::save(file, checkpoint);
    refuses(run({"eval", out}), {"where:", file});
  }

  TEST_CASE("cli: a run is not overwritten, and resumed only as it was begun") {
    const Folder folder;
    const std::string out = trained(folder);
    const std::string before = contents(out + "/checkpoint.unfurl");
    refuses(run({"train", "chain", "-o", out}), {"holds a run already", out, "--resume"});
    refuses(run({"train", "chain", "--resume", "--layers", "5", "-o", out}),
            {"--layers 4, not 5", "another folder"});
    refuses(run({"train", "chain", "--resume", "--tying", "tied", "-o", out}), {"--tying untied, not tied"});
    refuses(run({"train", "chain", "--resume", "--seed", "3", "-o", out}), {"--seed 1, not 3"});
    // An option is one that was typed, even where its value is the default of a new run.
    const std::string staged = folder / "staged";
    REQUIRE(run({"train", "chain", "--epochs", "2", "--curriculum", "2", "--near-tied", "0.5", "-o", staged})
                .status == 0);
    refuses(run({"train", "chain", "--resume", "--curriculum", "1", "-o", staged}),
            {"--curriculum 2, not 1"});
    refuses(run({"train", "chain", "--resume", "--near-tied", "0", "-o", staged}),
            {"--near-tied 0.5, not 0"});
    CHECK(contents(out + "/checkpoint.unfurl") == before);
  }

  TEST_CASE("cli: resuming what is not there, or with fewer epochs than are done, changes nothing") {
    const Folder folder;
    refuses(run({"train", "chain", "--resume", "-o", folder / "typo"}),
            {"there is no run to resume", folder / "typo", "leave out --resume"});
    CHECK_FALSE(fs::exists(folder / "typo"));
    const std::string out = folder / "run";
    REQUIRE(run({"train", "chain", "--epochs", "3", "-o", out}).status == 0);
    const std::string checkpoint = contents(out + "/checkpoint.unfurl"), record = contents(out + "/run.json");
    refuses(run({"train", "chain", "--resume", "--epochs", "2", "-o", out}),
            {"has made 3 epochs already, more than 2", out, "--epochs"});
    CHECK(contents(out + "/checkpoint.unfurl") == checkpoint);
    CHECK(contents(out + "/run.json") == record);
  }

  TEST_CASE("cli: a folder that another process writes to is refused, by the process's number") {
    const Folder folder;
    const std::string out = folder / "run";
    fs::create_directory(out);
    {
      const unfurl::app::FolderLock lock(out);
      const std::string holder = unfurl::detail::cat("(process ", getpid(), ")");
      refuses(run({"train", "chain", "-o", out}), {"another process is writing to this folder", holder, out});
      refuses(run({"compare", "chain", "-o", out}), {"another process is writing to this folder", out});
    }
    CHECK(run({"train", "chain", "--epochs", "0", "-o", out}).status == 0);
  }

  TEST_CASE("cli: compare tries its files before it trains") {
    const Folder folder;
    const std::string out = folder / "results";
    fs::create_directories(out + "/compare.json");
    const Outcome refused = run({"compare", "chain", "-o", out});
    refuses(refused, {"Is a directory", out + "/compare.json"});
    CHECK_FALSE(holds(refused.error, "epoch"));
  }

  TEST_CASE("cli: a path that is not UTF-8 is kept out of what must be read again") {
    const Folder folder;
    const std::string data = folder / "d\xff", out = folder / "r\xff";
    fs::create_directory(data);
    refuses(run({"train", "chain", "--data", data, "-o", folder / "run"}, {.data = "a folder"}),
            {"not UTF-8", folder / "d\\xff"});
    CHECK(run({"train", "chain", "--epochs", "1", "-o", out}).status == 0);
    CHECK(holds(contents(out + "/run.json"), "r\xef\xbf\xbd"));  // U+FFFD
    CHECK(run({"eval", out, "--json", folder / "m\xff.json"}).status == 0);
    CHECK(run({"train", "chain", "--epochs", "2", "--resume", "-o", out}).status == 0);
  }

  TEST_CASE("cli: places that cannot be written") {
    const Folder folder;
    const std::string file = folder / "file";
    write(file, "x");
    refuses(run({"train", "chain", "-o", file + "/run"}), {"cannot make the folder", file + "/run"});
    refuses(run({"compare", "chain", "-o", file + "/results"}),
            {"cannot make the folder", file + "/results"});
    refuses(run({"draw", "chain", "-o", file + "/a.svg"}), {"cannot make the folder", file});
    const std::string out = trained(folder);
    refuses(run({"eval", out, "--json", folder / "run"}), {"the file cannot be written", folder / "run"});
  }

  TEST_CASE("cli: enhance refuses what is no sound, and models that are not for sound") {
    const Folder folder;
    const std::string out = trained(folder), empty = folder / "empty.wav", good = folder / "good.wav";
    unfurl::audio::write(good, unfurl::audio::Signal{std::vector<float>(800, 0.1f), 8000});
    refuses(run({"enhance", out, good, folder / "o.wav"}), {"'chain' does not enhance audio", "mend:"});
    const ChainOptions audio{.audio = true};
    write(empty, "");
    refuses(run({"enhance", out, empty, folder / "o.wav"}, audio), {"empty", empty});
    refuses(run({"enhance", out, folder / "none.wav", folder / "o.wav"}, audio),
            {folder / "none.wav", "mend:"});
    refuses(run({"enhance", out, good, folder / "o.mp3"}, audio), {"o.mp3"});
    refuses(run({"enhance", folder / "none", good, folder / "o.wav"}, audio), {"there is no run"});
    refuses(run({"enhance", out, good, empty + "/o.wav"}, audio), {"cannot make the folder"});
    refuses(run({"enhance", out, good, folder / "run"}, audio), {"let the name end in .wav or .flac"});
    CHECK_FALSE(fs::exists(folder / "o.wav"));
  }

  TEST_CASE("cli: enhance of a file that goes bad on the way leaves what was there, and nothing else") {
    const Folder folder;
    const ChainOptions audio{.audio = true};
    const std::string out = trained(folder), cut = folder / "cut.flac", holes = folder / "holes.wav",
                      old = folder / "old.wav";
    std::vector<float> sound(200000);
    for (std::size_t i = 0; i < sound.size(); ++i)
      sound[i] = static_cast<float>(0.5 * std::sin(0.001 * static_cast<double>(i * i % 9973)));
    unfurl::audio::write(cut, unfurl::audio::Signal{sound, 8000});
    write(cut, contents(cut).substr(0, contents(cut).size() / 2));
    sound[150000] = std::nanf("");
    audio_test::write_float_wav(holes, sound);
    write(old, "kept");
    for (const char* stream : {"", "--stream"}) {
      std::vector<std::string> words{"enhance", out, cut, old};
      if (*stream) words.emplace_back(stream);
      refuses(run(words, audio), {"damaged or truncated", cut, "mend:"});
      words[2] = holes;
      refuses(run(words, audio), {"not finite, at sample 150000", holes});
    }
    CHECK(contents(old) == "kept");
    for (const auto& entry : fs::directory_iterator(fs::path(old).parent_path())) {
      CAPTURE(entry.path());
      const std::string name = entry.path().filename().string();
      CHECK((name == "run" || name == "cut.flac" || name == "holes.wav" || name == "old.wav"));
    }
  }

  TEST_CASE("cli: the built program leaves with the same status and text") {
    refuses(shell("train denoizer -o /nowhere"),
            {"there is no model 'denoizer'", "did you mean 'denoiser'?"});
    refuses(shell("eval /nowhere/run"), {"there is no run", "/nowhere/run"});
  }
}
