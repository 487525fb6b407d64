// The control socket between two ends in one process.
#include "ledger/control.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ledger/testing/test_folder.hpp"

namespace wider::ledger {
namespace {

using testing_support::TestFolder;

TEST(Control, AnswersWhatItIsAskedAndGoesAway) {
  const TestFolder folder;
  EXPECT_EQ(ask(folder.path(), "x").error().code, ErrorCode::not_found);
  {
    const auto server = serve_control(
        folder.path(), [](std::string_view request, std::uint32_t) { return "heard " + std::string(request); });
    ASSERT_TRUE(server);
    EXPECT_EQ(ask(folder.path(), "you").value(), "heard you");
    EXPECT_EQ(ask(folder.path(), "").value(), "heard ");
    const std::string large(3'000'000, 'y');
    EXPECT_EQ(ask(folder.path(), large).value(), "heard " + large);
    struct stat about{};
    ASSERT_EQ(::stat((folder.path() / "control.sock").c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
  }
  EXPECT_EQ(ask(folder.path(), "x").error().code, ErrorCode::not_found);
}

TEST(Control, ReplacesTheSocketOfADeadProcess) {
  const TestFolder folder;
  const auto first = serve_control(folder.path(), [](std::string_view, std::uint32_t) { return std::string("first"); });
  const auto second =
      serve_control(folder.path(), [](std::string_view, std::uint32_t) { return std::string("second"); });
  EXPECT_EQ(ask(folder.path(), "").value(), "second");
}

TEST(Control, ServesFoldersWithLongNames) {
  const TestFolder folder;
  const auto deep = folder.path() / std::string(120, 'd');
  std::filesystem::create_directory(deep);
  const auto server = serve_control(deep, [](std::string_view, std::uint32_t) { return std::string("here"); });
  ASSERT_TRUE(server);
  EXPECT_EQ(ask(deep, "").value(), "here");
}

TEST(Control, AClaimOfTooMuchIsRefusedAndTheNextCallerServed) {
  const TestFolder folder;
  const auto server = serve_control(folder.path(), [](std::string_view, std::uint32_t) { return std::string("fine"); });
  const int raw = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = (folder.path() / "control.sock").string();
  std::copy(path.begin(), path.end(), address.sun_path);
  ASSERT_EQ(::connect(raw, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::send(raw, "\xff\xff\xff\xff", 4, MSG_NOSIGNAL), 4);
  char byte = 0;
  EXPECT_LE(::recv(raw, &byte, 1, 0), 0);
  ::close(raw);
  EXPECT_EQ(ask(folder.path(), "").value(), "fine");
}

}  // namespace
}  // namespace wider::ledger
