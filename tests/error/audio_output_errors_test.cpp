/// Sound files as outputs: what they must not destroy.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "output_helpers.hpp"
#include "unfurl/audio_stream.hpp"
#include "unit/audio_helpers.hpp"

using namespace unfurl::audio;
namespace fs = std::filesystem;

TEST_SUITE("error") {
  TEST_CASE("audio output: links stay and lead to the new file, which keeps its permissions") {
    const output_test::Folder folder;
    const Signal sound{audio_test::tone(440, 8000, 800), 8000};
    write(folder / "real.wav", Signal{{0.5F}, 8000});
    fs::permissions(folder / "real.wav", fs::perms::owner_read | fs::perms::owner_write);
    fs::create_symlink("real.wav", folder / "link.wav");
    write(folder / "link.wav", sound);
    CHECK(fs::is_symlink(folder / "link.wav"));
    CHECK(read(folder / "real.wav").samples.size() == 800);
    CHECK(output_test::mode(folder / "real.wav") == 0600);
    CHECK(folder.names() == output_test::Names{"real.wav", "link.wav"});
  }

  TEST_CASE("audio output: a link planted under a name that was foreseen leads nowhere") {
    const output_test::Folder folder;
    output_test::put(folder / "victim", "precious");
    const std::string foreseen = unfurl::detail::cat("out.wav.", getpid(), ".part");
    fs::create_symlink("victim", folder / foreseen);
    fs::create_symlink("victim", folder / "out.wav.part");
    write(folder / "out.wav", Signal{{0.5F, 0.25F}, 8000});
    CHECK(output_test::contents(folder / "victim") == "precious");
    CHECK(read(folder / "out.wav").samples.size() == 2);
    CHECK(fs::is_symlink(folder / foreseen));
  }

  TEST_CASE("audio output: a pipe is written into and stays a pipe") {
    const output_test::Folder folder;
    const Signal sound{audio_test::tone(440, 8000, 30000), 8000};
    write(folder / "file.wav", sound);
    const fs::path pipe = folder / "pipe.wav";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    std::string got;
    std::thread reader([&] { got = output_test::contents(pipe); });
    write(pipe, sound);
    reader.join();
    CHECK(got == output_test::contents(folder / "file.wav"));
    CHECK(fs::is_fifo(pipe));
  }
}
