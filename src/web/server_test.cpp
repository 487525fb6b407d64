// The server on a real socket of the loopback interface, with the limits of sizes and the libraries in between.
#include "web/server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "web/assets.hpp"
#include "web/fake/fake_pages.hpp"

namespace wider::web {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("wider-web-test-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_ / "images");
    std::ofstream(folder_ / "wider.css") << "p{}";
    std::ofstream(folder_ / "images" / "a.svg") << "<svg/>";
    std::ofstream(folder_.string() + ".secret") << "secret";
    options_.listen = "127.0.0.1:0";
    options_.threads = 2;
    options_.assets = folder_.string();
    server_ = Server::start(pages_, options_).value();
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
    std::filesystem::remove(folder_.string() + ".secret");
  }

  // Sends these bytes and reads until the server closes, for at most five seconds.
  [[nodiscard]] std::string talk(const std::string& bytes) const {
    const std::string& address = server_->address();
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int socket_number = socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{5, 0};
    setsockopt(socket_number, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_number, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    std::string answer;
    if (connect(socket_number, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
      for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t sent = send(socket_number, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
        if (sent <= 0) break;
        at += static_cast<std::size_t>(sent);
      }
      std::array<char, 4096> buffer{};
      for (ssize_t got = 0; (got = recv(socket_number, buffer.data(), buffer.size(), 0)) > 0;) {
        answer.append(buffer.data(), static_cast<std::size_t>(got));
      }
    }
    close(socket_number);
    return answer;
  }
  [[nodiscard]] std::string get(const std::string& path) const {
    return talk("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }

  std::filesystem::path folder_;
  FakePages pages_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersOnAFreePort) {
  EXPECT_THAT(server_->address(), StartsWith("127.0.0.1:"));
  EXPECT_NE(server_->address(), "127.0.0.1:0");
  EXPECT_THAT(get("/healthz"), HasSubstr("{\"status\":\"ok\"}"));
  EXPECT_THAT(get("/sign-in?next=%2Fperson%2FP123"), HasSubstr("value=\"/person/P123\""));
}

TEST_F(ServerTest, RefusesWhatIsTooLongBeforeReadingIt) {
  EXPECT_THAT(talk("POST /sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2000000000\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(talk("GET /sign-in HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(60000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(talk("GET /" + std::string(60000, 'x') + " HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 414"));
}

TEST_F(ServerTest, RefusesABodyThatGrowsTooLongWithoutSayingSo) {
  std::string chunked =
      "POST /sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 10; ++i) chunked += "8000\r\n" + std::string(0x8000, 'x') + "\r\n";
  EXPECT_THAT(talk(chunked + "0\r\n\r\n"), StartsWith("HTTP/1.1 413"));
}

TEST_F(ServerTest, RefusesWhatItCannotRead) {
  EXPECT_THAT(get("/%zz"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(get("/sign-in?next=%ff"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(talk("DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(talk("POST /sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                   "text/xml\r\nContent-Length: 1\r\n\r\nx"),
              StartsWith("HTTP/1.1 415"));
  EXPECT_EQ(talk("nonsense\r\n\r\n").find(" 200 "), std::string::npos);
}

TEST_F(ServerTest, TheApiReadsJsonAndPagesReadForms) {
  const auto sent = [&](const std::string& path, const std::string& type, const std::string& body) {
    return talk("POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: " + type +
                "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  const std::string who = R"({"username": "social-worker", "password": ")" + std::string(FakePages::password) + "\"}";
  const std::string session = sent("/api/v1/session", "application/json", who);
  EXPECT_THAT(session, StartsWith("HTTP/1.1 201"));
  EXPECT_THAT(sent("/api/v1/session", "application/x-www-form-urlencoded", "username=social-worker"),
              StartsWith("HTTP/1.1 415"));
  EXPECT_THAT(sent("/sign-in", "application/json", who), StartsWith("HTTP/1.1 415"));
  const std::string::size_type at = session.find("\"token\":\"") + 9;
  const std::string token = session.substr(at, session.find('"', at) - at);
  const auto home = [&](const std::string& header) {
    return talk("GET /api/v1/findings HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + "\r\n");
  };
  EXPECT_THAT(home("Authorization: Bearer " + token + "\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(home("Cookie: wider_session=" + token + "\r\n"), StartsWith("HTTP/1.1 401"));
}

TEST_F(ServerTest, ServesAssetsAndNothingBesideThem) {
  const std::string version = Assets::load(folder_.string())->version();
  const std::string css = get("/assets/" + version + "/wider.css");
  EXPECT_THAT(css, HasSubstr("text/css"));
  EXPECT_THAT(css, HasSubstr("immutable"));
  EXPECT_THAT(get("/assets/wider.css"), HasSubstr("no-store"));
  EXPECT_THAT(get("/assets/" + version + "/images/a.svg"), HasSubstr("<svg/>"));
  const std::string secret = folder_.filename().string() + ".secret";
  for (const std::string& way :
       std::vector<std::string>{"/assets/../" + secret, "/assets/%2e%2e/" + secret,
                                "/assets/" + version + "/../../" + secret, "/assets//etc/passwd"}) {
    EXPECT_THAT(get(way), StartsWith("HTTP/1.1 404")) << way;
  }
}

// More of them than the server has threads: everybody else's pages do not notice.
TEST_F(ServerTest, PagesThatWaitForAnotherServerMakeNobodyElseWait) {
  pages_.outside_takes = std::chrono::milliseconds(1500);
  const std::string asked =
      "GET /sign-in/service?form=x HTTP/1.1\r\nHost: x\r\nCookie: wider_form=x\r\nConnection: close\r\n\r\n";
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> waiting;
  std::atomic<int> sent_on{0};
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back([&] {
      if (talk(asked).find("Location: https://login.example/") != std::string::npos) ++sent_on;
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  for (int i = 0; i < 20; ++i) EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(1400));
  for (std::thread& thread : waiting) thread.join();
  EXPECT_EQ(sent_on, 4);
  // Stopping while one waits neither hangs nor breaks.
  std::thread last([&] { (void)talk(asked); });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  server_->stop();
  last.join();
}

TEST_F(ServerTest, SaysWhatIsWrongWithAnAddress) {
  ServerOptions taken = options_;
  taken.listen = server_->address();
  EXPECT_EQ(Server::start(pages_, taken).error().code, ErrorCode::unavailable);
  for (const char* wrong : {"", "8080", "127.0.0.1:http", "somewhere:1", "127.0.0.1:99999999"}) {
    ServerOptions options = options_;
    options.listen = wrong;
    EXPECT_EQ(Server::start(pages_, options).error().code, ErrorCode::usage) << wrong;
  }
  ServerOptions bare = options_;
  bare.assets = folder_.string() + "-none";
  EXPECT_EQ(Server::start(pages_, bare).error().code, ErrorCode::unreadable);
}

TEST_F(ServerTest, AnswersManyAtOnceAndStopsTwice) {
  std::vector<std::thread> visitors;
  std::atomic<int> good = 0;
  for (int i = 0; i < 6; ++i) {
    visitors.emplace_back([&] {
      for (int k = 0; k < 25; ++k) good += get("/sign-in").find("</html>") != std::string::npos ? 1 : 0;
    });
  }
  for (std::thread& visitor : visitors) visitor.join();
  EXPECT_EQ(good, 150);
  server_->stop();
  server_->stop();
}

}  // namespace
}  // namespace wider::web
