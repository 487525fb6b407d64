// What another server may do to us while we ask it: on the loopback, with a server that answers what it is told to.
#include "oidc/fetch.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace wider::oidc {
namespace {

using std::chrono::milliseconds;

// Answers every connection with the same bytes, in pieces with a pause between them.
class Says {
 public:
  explicit Says(std::vector<std::string> pieces, milliseconds pause = {}) : pieces_(std::move(pieces)), pause_(pause) {
    listening_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listening_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listening_, 8), 0);
    EXPECT_EQ(getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Says() {
    done_ = true;
    shutdown(listening_, SHUT_RDWR);
    thread_.join();
    close(listening_);
  }
  Says(const Says&) = delete;
  Says& operator=(const Says&) = delete;

  [[nodiscard]] std::string address(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] std::string request() const { return request_; }  // once it was answered

 private:
  void serve() {
    while (!done_) {
      const int connection = accept(listening_, nullptr, nullptr);
      if (connection < 0) return;
      ++connections_;
      std::string request;
      char some[4096];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = recv(connection, some, sizeof some, 0);
        if (got <= 0) break;
        request.append(some, static_cast<std::size_t>(got));
      }
      request_ = request;
      for (const std::string& piece : pieces_) {
        if (send(connection, piece.data(), piece.size(), MSG_NOSIGNAL) < 0 || done_) break;
        std::this_thread::sleep_for(pause_);
      }
      close(connection);
    }
  }
  std::vector<std::string> pieces_;
  milliseconds pause_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> done_{false};
  std::string request_;
  std::thread thread_;
};

const FetchOptions quick{"", milliseconds(500), milliseconds(800)};

Result<Answer> ask(const Says& server, std::size_t most = 1000) {
  return make_fetch(quick)({server.address(), "", "", most});
}

TEST(Fetch, GivesStatusAndBodyAndSendsTheFormWithItsHeader) {
  const Says server({"HTTP/1.1 201 Made\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody"});
  const auto answer = make_fetch(quick)({server.address("/token"), "a=b&c=d", "Basic eDp5", 1000});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "body");
  EXPECT_TRUE(server.request().starts_with("POST /token HTTP/1.1\r\n"));
  EXPECT_NE(server.request().find("Authorization: Basic eDp5\r\n"), std::string::npos);
  EXPECT_NE(server.request().find("Content-Type: application/x-www-form-urlencoded\r\n"), std::string::npos);
}

TEST(Fetch, FollowsNoRedirect) {
  const Says elsewhere({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"});
  const Says server({"HTTP/1.1 302 Found\r\nLocation: " + elsewhere.address() + "\r\nContent-Length: 0\r\n\r\n"});
  const auto answer = ask(server);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(Fetch, StopsAtTheSizeWhetherItIsAnnouncedOrNot) {
  const std::string much(1001, 'x');
  EXPECT_FALSE(ask(Says({"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + much})).has_value());
  EXPECT_FALSE(ask(Says({"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + much})).has_value());
  EXPECT_TRUE(ask(Says({"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + much.substr(1)})).has_value());
  // Without end: chunk after chunk.
  std::vector<std::string> chunks = {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"};
  for (int i = 0; i < 1000; ++i) chunks.push_back("64\r\n" + std::string(100, 'x') + "\r\n");
  EXPECT_FALSE(ask(Says(chunks)).has_value());
  // Compressed answers are not asked for and not unpacked.
  const auto packed = ask(Says({"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"}));
  ASSERT_TRUE(packed.has_value());
  EXPECT_EQ(packed->body, "abc");
}

TEST(Fetch, GivesUpInTime) {
  const auto took = [](const Says& server) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(ask(server).error().code, ErrorCode::unavailable);
    return std::chrono::steady_clock::now() - start;
  };
  // Nothing at all, and a byte now and then: both end after the time for the whole.
  const Says silent({std::string()}, milliseconds(1500));
  EXPECT_LT(took(silent), milliseconds(1400));
  std::vector<std::string> drops(20, "H");
  const Says drips(drops, milliseconds(100));
  EXPECT_LT(took(drips), milliseconds(1400));
}

TEST(Fetch, SpeaksToNoAddressThatIsNotGood) {
  for (const char* address :
       {"http://login.example/", "file:///etc/passwd", "https://a@localhost/", "gopher://127.0.0.1/", ""}) {
    EXPECT_FALSE(make_fetch(quick)({address, "", "", 1000}).has_value()) << address;
  }
}

TEST(Fetch, AServerWithoutTheRightCertificateIsNone) {
  // Plain bytes where TLS is expected.
  const Says server({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"});
  std::string address = server.address();
  address.replace(0, 7, "https://");
  EXPECT_FALSE(make_fetch(quick)({address, "", "", 1000}).has_value());
}

}  // namespace
}  // namespace wider::oidc
