#include "core/output/output_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "output_helpers.hpp"
#include "unfurl/error.hpp"

using namespace unfurl;
using namespace output_test;
using detail::OutputFile;
using detail::write_file;

TEST_SUITE("unit") {
  TEST_CASE("output: a new file has what the umask leaves, and nothing else is in the folder") {
    const Folder folder;
    const mode_t before = umask(027);
    write_file(folder / "new", "text");
    umask(before);
    CHECK(contents(folder / "new") == "text");
    CHECK(mode(folder / "new") == 0640);
    CHECK(folder.names() == Names{"new"});
  }

  TEST_CASE("output: the permissions and the owner of the file before are kept") {
    const Folder folder;
    for (const mode_t kept : {0600U, 0640U, 0666U, 0755U}) {
      CAPTURE(kept);
      put(folder / "file", "old");
      REQUIRE(chmod((folder / "file").c_str(), kept) == 0);
      const bool root = geteuid() == 0 && chown((folder / "file").c_str(), 1234, 4321) == 0;
      write_file(folder / "file", "new");
      struct stat now {};
      REQUIRE(stat((folder / "file").c_str(), &now) == 0);
      CHECK((now.st_mode & 07777) == kept);
      if (root) {
        CHECK(now.st_uid == 1234);
        CHECK(now.st_gid == 4321);
      }
      CHECK(contents(folder / "file") == "new");
      fs::remove(folder / "file");
    }
  }

  TEST_CASE("output: links stay, and what they lead to is written") {
    const Folder folder;
    fs::create_directories(folder / "a/b");
    put(folder / "a/target", "old");
    REQUIRE(chmod((folder / "a/target").c_str(), 0600) == 0);
    fs::create_symlink("../target", folder / "a/b/second");  // each seen from the folder of its own
    fs::create_symlink("a/b/second", folder / "first");
    write_file(folder / "first", "new");
    CHECK(contents(folder / "a/target") == "new");
    CHECK(mode(folder / "a/target") == 0600);
    CHECK(fs::read_symlink(folder / "first") == "a/b/second");
    CHECK(fs::read_symlink(folder / "a/b/second") == "../target");

    fs::create_symlink(folder / "a/not-yet", folder / "dangling");
    write_file(folder / "dangling", "made");
    CHECK(fs::is_symlink(folder / "dangling"));
    CHECK(contents(folder / "a/not-yet") == "made");
  }

  TEST_CASE("output: nobody can plant a link in the way of the temporary file") {
    const Folder folder;
    put(folder / "victim", "precious");
    fs::create_symlink("victim", folder / "out.part");
    fs::create_symlink("victim", folder / detail::cat("out.", getpid(), ".part"));
    fs::create_symlink("victim", folder / detail::cat("out.", getpid(), ".0.part"));
    for (int i = 0; i < 3; ++i) write_file(folder / "out", "text");
    CHECK(contents(folder / "victim") == "precious");
    CHECK(contents(folder / "out") == "text");
    CHECK(folder.names().size() == 5);
  }

  TEST_CASE("output: a relative path, and a working folder that changes meanwhile") {
    const Folder folder;
    const fs::path before = fs::current_path();
    fs::create_directory(folder / "here");
    fs::current_path(folder / "here");
    {
      OutputFile file("out");
      fs::current_path(before);
      file.write("text");
      file.commit();
    }
    CHECK(contents(folder / "here/out") == "text");
  }

  TEST_CASE("output: devices are written, not replaced") {
    const Folder folder;
    if (mknod((folder / "null").c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) {
      MESSAGE("skipped: this user may not make devices");
      return;
    }
    REQUIRE(mknod((folder / "full").c_str(), S_IFCHR | 0666, makedev(1, 7)) == 0);
    fs::create_symlink("null", folder / "link");
    write_file(folder / "null", "text");
    write_file(folder / "link", "text");
    CHECK_THROWS_WITH_AS(write_file(folder / "full", "text"), doctest::Contains("No space left on device"),
                         DataError);
    for (const char* name : {"null", "full"}) CHECK(fs::is_character_file(folder / name));
    CHECK(fs::is_symlink(folder / "link"));
    CHECK(folder.names() == Names{"full", "link", "null"});
  }

  TEST_CASE("output: a named pipe gets the bytes and stays a pipe") {
    const Folder folder;
    REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
    detail::check_can_write(folder / "pipe");  // does not wait for a reader
    const std::string text(300000, 'x');       // more than a pipe holds
    std::string read;
    std::thread reader([&] { read = contents(folder / "pipe"); });
    write_file(folder / "pipe", text);
    reader.join();
    CHECK(read == text);
    CHECK(fs::is_fifo(folder / "pipe"));
    CHECK(folder.names() == Names{"pipe"});
  }

  TEST_CASE("output: descriptors of the process get the bytes where they stand") {
    const Folder folder;
    const int file = open((folder / "log").c_str(), O_RDWR | O_CREAT, 0600);
    REQUIRE(file >= 0);
    REQUIRE(write(file, "before ", 7) == 7);
    const std::string by_number = detail::cat("/proc/self/fd/", file);
    fs::create_symlink(by_number, folder / "link");
    write_file(folder / "link", "through a link ");
    write_file(by_number, "by number ");
    write_file(detail::cat("/dev/fd/", file), "and by its other name");
    CHECK(contents(folder / "log") == "before through a link by number and by its other name");
    CHECK(fs::is_symlink(folder / "link"));
    close(file);
    CHECK_THROWS_AS(write_file(by_number, "text"), DataError);

    std::array<int, 2> pipe_ends{};
    REQUIRE(pipe(pipe_ends.data()) == 0);
    write_file(detail::cat("/proc/self/fd/", pipe_ends[1]), "text");
    std::array<char, 8> got{};
    CHECK(read(pipe_ends[0], got.data(), got.size()) == 4);
    CHECK_THROWS_AS(write_file(detail::cat("/proc/self/fd/", pipe_ends[0]), "text"), DataError);
    for (const int end : pipe_ends) close(end);
  }

  TEST_CASE("output: without commit the old file stays, and nothing is left behind") {
    const Folder folder;
    put(folder / "file", "old");
    {
      OutputFile file(folder / "file");
      file.write("new");
      const detail::Descriptor scratch = file.scratch();
      CHECK(write(scratch.number(), "x", 1) == 1);
      CHECK(folder.names().size() == 2);  // the scratch has no name
    }
    CHECK(contents(folder / "file") == "old");
    detail::check_can_write(folder / "file");
    detail::check_can_write(folder / "other");
    CHECK(contents(folder / "file") == "old");
    CHECK(folder.names() == Names{"file"});
  }

  TEST_CASE("output: what is written through the descriptor counts") {
    const Folder folder;
    OutputFile file(folder / "file");
    file.write("xxxx");
    REQUIRE(pwrite(file.descriptor(), "ab", 2, 1) == 2);
    file.commit();
    CHECK(contents(folder / "file") == "xabx");
  }

  TEST_CASE("output: what a killed writer left goes with the next one, and a living one's stays") {
    const Folder folder;
    for (int i = 0; i < 3; ++i) {
      const pid_t child = fork();
      if (child == 0) {
        OutputFile file(folder / "file");
        file.write("half of it");
        raise(SIGKILL);
      }
      waitpid(child, nullptr, 0);
      CHECK(folder.names().size() == 1);  // that of the one before is gone
    }
    put(folder / "file.part", "not ours");
    put(folder / ".file.0123456789abcde.part", "nor this: a digit is missing");
    OutputFile living(folder / "file");
    living.write("first");
    write_file(folder / "file", "second");
    CHECK(contents(folder / "file") == "second");
    CHECK(folder.names().size() == 4);
    living.commit();
    CHECK(contents(folder / "file") == "first");
    CHECK(folder.names() == Names{".file.0123456789abcde.part", "file", "file.part"});
  }

  TEST_CASE("output: many writers of one file at once leave one whole file") {
    const Folder folder;
    std::vector<std::thread> writers;
    for (int i = 0; i < 4; ++i)
      writers.emplace_back([&folder, i] {
        for (int k = 0; k < 50; ++k)
          write_file(folder / "file", std::string(1000, static_cast<char>('a' + i)));
      });
    for (std::thread& writer : writers) writer.join();
    const std::string text = contents(folder / "file");
    CHECK(text == std::string(1000, text.front()));
    CHECK(folder.names() == Names{"file"});
  }

  TEST_CASE("output: the longest names, and names with spaces and foreign letters") {
    const Folder folder;
    for (const std::string& name :
         {std::string(255, 'n'), std::string(240, 'n'), std::string("a b\t\xff.\n")}) {
      write_file(folder / name, "text");
      write_file(folder / name, "again");
      CHECK(contents(folder / name) == "again");
    }
    CHECK(folder.names().size() == 3);
  }
}
