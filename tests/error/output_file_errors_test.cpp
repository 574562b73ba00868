#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "core/output/output_file.hpp"
#include "output_helpers.hpp"
#include "unfurl/error.hpp"

using namespace unfurl;
using namespace output_test;

namespace {

/// The same refusal from the check before the work and from the writing; both name the path.
void refused(const fs::path& path, const std::string& reason) {
  CAPTURE(path.string());
  CHECK_THROWS_WITH_AS(detail::write_file(path, "text"), doctest::Contains(reason.c_str()), DataError);
  CHECK_THROWS_WITH_AS(detail::check_can_write(path), doctest::Contains(reason.c_str()), DataError);
  try {
    detail::check_can_write(path);
  } catch (const DataError& error) {
    CHECK(error.where() == path.string());
    CHECK_FALSE(error.mend().empty());
  }
}

/// Whether `action` holds as a user without rights; true when this process cannot become one.
template <class Action>
bool as_nobody(const Action& action) {
  if (geteuid() != 0) return true;
  const pid_t child = fork();
  if (child == 0) _exit(setgid(65534) == 0 && setuid(65534) == 0 && action() ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool refuses(const fs::path& path, const std::string& reason) {
  try {
    detail::write_file(path, "text");
  } catch (const DataError& error) {
    return std::string(error.what()).find(reason) != std::string::npos;
  }
  return false;
}

}  // namespace

TEST_SUITE("error") {
  TEST_CASE("output: places where no file can be are refused by name") {
    const Folder folder;
    fs::create_directory(folder / "folder");
    fs::create_directory_symlink("folder", folder / "to-folder");
    fs::create_symlink("nowhere/file", folder / "to-nowhere");
    fs::create_symlink("second", folder / "first");
    fs::create_symlink("first", folder / "second");
    put(folder / "file", "old");
    refused(folder / "nowhere/file", "No such file or directory");
    refused(folder / "to-nowhere", "No such file or directory");
    refused(folder / "file/below", "Not a directory");
    refused(folder / "folder", "Is a directory");
    refused(folder / "folder/", "Is a directory");
    refused(folder / "to-folder", "Is a directory");
    refused(folder / "first", "Too many levels of symbolic links");
    refused(folder / std::string(256, 'n'), "File name too long");
    refused("", "No such file or directory");
    CHECK(folder.names() == Names{"file", "first", "folder", "second", "to-folder", "to-nowhere"});
  }

  TEST_CASE("output: what a user may not write is refused") {
    const Folder folder;
    REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
    put(folder / "file", "old");
    fs::create_directory(folder / "open");
    REQUIRE(chmod((folder / "open").c_str(), 0777) == 0);
    put(folder / "open/protected", "old");
    REQUIRE(chmod((folder / "open/protected").c_str(), 0444) == 0);
    if (geteuid() != 0) {
      REQUIRE(chmod(folder.path().c_str(), 0555) == 0);
      refused(folder / "new", "Permission denied");
      refused(folder / "open/protected", "Permission denied");
      REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
    }
    CHECK(as_nobody([&] { return refuses(folder / "new", "Permission denied"); }));
    CHECK(as_nobody([&] { return refuses(folder / "file", "Permission denied"); }));
    CHECK(as_nobody([&] { return refuses(folder / "open/protected", "Permission denied"); }));
    CHECK(contents(folder / "open/protected") == "old");
  }

  TEST_CASE("output: links of others in a shared folder are not followed") {
    const Folder folder;
    REQUIRE(chmod(folder.path().c_str(), 01777) == 0);
    put(folder / "victim", "precious");
    fs::create_symlink("victim", folder / "link");
    if (geteuid() != 0 || lchown((folder / "link").c_str(), 1234, 1234) != 0) {
      MESSAGE("skipped: this user may not give links away");
      return;
    }
    refused(folder / "link", "Permission denied");
    CHECK(contents(folder / "victim") == "precious");
  }

  TEST_CASE("output: a disk that fills up leaves the old file and nothing else") {
    const Folder folder;
    put(folder / "file", "old");
    struct rlimit before {};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit { 1000, before.rlim_max };
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK_THROWS_WITH_AS(detail::write_file(folder / "file", std::string(5000, 'x')),
                         doctest::Contains("File too large"), DataError);
    CHECK_THROWS_AS(detail::check_can_write(folder / "file"), DataError);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(contents(folder / "file") == "old");
    CHECK(folder.names() == Names{"file"});
  }

  TEST_CASE("output: what takes the file's place meanwhile is not replaced unless it is a file") {
    const Folder folder;
    put(folder / "victim", "precious");
    detail::OutputFile file(folder / "file");
    file.write("text");
    fs::create_symlink("victim", folder / "file");
    CHECK_THROWS_WITH_AS(file.commit(), doctest::Contains("meanwhile"), DataError);
    CHECK(contents(folder / "victim") == "precious");
    CHECK(fs::is_symlink(folder / "file"));
  }
}
