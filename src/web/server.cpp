#include "web/server.hpp"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "web/api.hpp"
#include "web/site.hpp"
#include "web/slow_requests.hpp"

namespace wider::web {
namespace {

constexpr std::size_t most_header_bytes = std::size_t{24} * 1024;  // of one request, with its first line
constexpr std::size_t most_body_bytes = std::size_t{256} * 1024;   // a held-back row is the longest thing sent here
constexpr unsigned idle_seconds = 20;
constexpr unsigned most_connections = 8000;

// What is gathered of one request while it arrives.
struct Incoming {
  std::string body;
  bool too_long = false;
  std::optional<Response> ready;  // made elsewhere, while the connection was set aside
};

struct Serving {
  std::unique_ptr<Site> site;
  std::unique_ptr<SlowRequests> slow;
};

std::string_view header(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::string peer_of(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (info == nullptr || info->client_addr == nullptr) return "";
  const socklen_t size = info->client_addr->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  std::array<char, NI_MAXHOST> text{};
  if (getnameinfo(info->client_addr, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) return "";
  return text.data();
}

// libmicrohttpd would decode addresses in its own way; ours refuses what it cannot decode, once and in one place.
std::size_t leave_escaped(void*, MHD_Connection*, char* text) {
  return std::strlen(text);
}

struct Query {
  Fields fields;
  bool readable = true;
};

MHD_Result collect_query(void* into, MHD_ValueKind, const char* key, const char* value) {
  auto* query = static_cast<Query*>(into);
  auto name = percent_decode(key, true);
  auto text = percent_decode(value == nullptr ? "" : value, true);
  query->readable = query->readable && name && text && query->fields.size() < 64;
  if (query->readable) query->fields.try_emplace(std::move(*name), std::move(*text));
  return query->readable ? MHD_YES : MHD_NO;
}

MHD_Result send(MHD_Connection* connection, const Response& response) {
  // The body must outlive this call, so it is copied; for HEAD libmicrohttpd itself leaves it out.
  MHD_Response* out = MHD_create_response_from_buffer(response.body.size(), const_cast<char*>(response.body.data()),
                                                      MHD_RESPMEM_MUST_COPY);
  if (out == nullptr) return MHD_NO;
  MHD_add_response_header(out, "Content-Type", response.content_type.c_str());
  for (const auto& [name, value] : response.headers) MHD_add_response_header(out, name.c_str(), value.c_str());
  const MHD_Result result = MHD_queue_response(connection, static_cast<unsigned>(response.status), out);
  MHD_destroy_response(out);
  return result;
}

Response plain(int status, std::string_view text) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = text;
  response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  return response;
}

// The connection is set aside until another thread has the answer; meanwhile this one serves everybody else.
MHD_Result answer_elsewhere(const Serving& serving, MHD_Connection* connection, Request request, Incoming& incoming) {
  MHD_suspend_connection(connection);
  const bool taken =
      serving.slow->add([site = serving.site.get(), connection, &incoming, request = std::move(request)] {
        incoming.ready = site->handle(request);
        MHD_resume_connection(connection);  // on_request is called again and sends it
      });
  if (!taken) {
    incoming.ready = plain(503, "Too many people are signing in just now. Try again in a minute.\n");
    MHD_resume_connection(connection);
  }
  return MHD_YES;
}

MHD_Result answer(const Serving& serving, MHD_Connection* connection, const char* url, bool post, Incoming& incoming) {
  Request request;
  request.method = post ? Method::post : Method::get;
  auto path = percent_decode(url, false);
  Query query;
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &collect_query, &query);
  if (!path || !query.readable) return send(connection, plain(400, "The address cannot be read.\n"));
  request.path = std::move(*path);
  request.query = std::move(query.fields);
  request.cookies = parse_cookies(header(connection, MHD_HTTP_HEADER_COOKIE));
  request.origin = header(connection, MHD_HTTP_HEADER_ORIGIN);
  request.host = header(connection, MHD_HTTP_HEADER_HOST);
  request.authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION);
  request.forwarded_for = header(connection, "X-Forwarded-For");
  request.peer = peer_of(connection);
  const std::string_view type = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE);
  // A page's form never reaches the API, and JSON never a page: neither can stand in for the other.
  if (post && request.path.starts_with(api_prefix)) {
    if (!type.starts_with("application/json")) return send(connection, plain(415, "Only JSON is read here.\n"));
    request.body = std::move(incoming.body);
  } else if (post) {
    if (!type.starts_with("application/x-www-form-urlencoded")) {
      return send(connection, plain(415, "Only plain forms are read here.\n"));
    }
    auto form = parse_form(incoming.body);
    if (!form) return send(connection, plain(400, "The form cannot be read.\n"));
    request.form = std::move(*form);
  }
  if (serving.site->slow(request)) return answer_elsewhere(serving, connection, std::move(request), incoming);
  return send(connection, serving.site->handle(request));
}

// libmicrohttpd calls this once with the headers, then with each piece of the body, then once without any.
MHD_Result on_request(void* serving, MHD_Connection* connection, const char* url, const char* method, const char*,
                      const char* upload, std::size_t* upload_size, void** state) {
  const std::string_view name = method;
  const bool post = name == MHD_HTTP_METHOD_POST;
  if (*state == nullptr) {
    if (!post && name != MHD_HTTP_METHOD_HEAD && name != MHD_HTTP_METHOD_GET)
      return send(connection, plain(405, "This is not done here.\n"));
    const std::string_view length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    std::size_t announced = 0;
    std::from_chars(length.data(), length.data() + length.size(), announced);
    if (announced > most_body_bytes) return send(connection, plain(413, "What was sent is too long.\n"));
    *state = new Incoming();
    return MHD_YES;
  }
  auto* incoming = static_cast<Incoming*>(*state);
  if (*upload_size != 0) {
    incoming->too_long = incoming->too_long || incoming->body.size() + *upload_size > most_body_bytes;
    if (!incoming->too_long) incoming->body.append(upload, *upload_size);
    *upload_size = 0;
    return MHD_YES;
  }
  if (incoming->too_long) return send(connection, plain(413, "What was sent is too long.\n"));
  if (incoming->ready) return send(connection, *incoming->ready);
  return answer(*static_cast<const Serving*>(serving), connection, url, post, *incoming);
}

void on_completed(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
  delete static_cast<Incoming*>(*state);
  *state = nullptr;
}

// Addresses may hold a person's number: libmicrohttpd's own messages are dropped.
void no_log(void*, const char*, va_list) {}

struct AddressInfo {
  addrinfo* list = nullptr;
  ~AddressInfo() {
    if (list != nullptr) freeaddrinfo(list);
  }
};

}  // namespace

struct Server::State {
  Serving serving;
  MHD_Daemon* daemon = nullptr;
  std::string address;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() {
  stop();
}
const std::string& Server::address() const {
  return state_->address;
}

void Server::stop() {
  // What is set aside comes back first: the daemon waits for nobody who is.
  if (state_->serving.slow) state_->serving.slow->stop();
  if (state_->daemon != nullptr) MHD_stop_daemon(state_->daemon);
  state_->daemon = nullptr;
}

Result<std::unique_ptr<Server>> Server::start(hub::Pages& pages, const ServerOptions& options) {
  const std::size_t colon = options.listen.rfind(':');
  if (colon == std::string::npos)
    return failure(ErrorCode::usage, "Write the address as HOST:PORT, such as 127.0.0.1:8080.");
  std::string host = options.listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string port = options.listen.substr(colon + 1);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  AddressInfo found;
  if (host == "localhost") host = "127.0.0.1";
  // getaddrinfo would quietly cut a port that is too large.
  std::uint16_t number = 0;
  const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
  if (port.empty() || read.ec != std::errc() || read.ptr != port.data() + port.size()) {
    return failure(ErrorCode::usage, "Write the port as a number from 0 to 65535, such as 127.0.0.1:8080.");
  }
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found.list) != 0 || found.list == nullptr) {
    return failure(ErrorCode::usage, "'" + options.listen + "' is not an address; write it as 127.0.0.1:8080.");
  }
  auto assets = Assets::load(assets_folder(options.assets));
  if (!assets) return std::unexpected(assets.error());
  auto site = Site::make(pages, std::move(*assets), SiteOptions{options.behind_tls, options.log});
  if (!site) return std::unexpected(site.error());

  auto state = std::make_unique<State>();
  state->serving.site = std::move(*site);
  state->serving.slow = std::make_unique<SlowRequests>();
  const bool six = found.list->ai_family == AF_INET6;
  const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME |
                         (six ? unsigned{MHD_USE_IPv6} : 0U);
  const unsigned threads = options.threads < 1 ? 1 : options.threads;
  state->daemon = MHD_start_daemon(flags, 0, nullptr, nullptr, &on_request, &state->serving, MHD_OPTION_EXTERNAL_LOGGER,
                                   &no_log, nullptr, MHD_OPTION_UNESCAPE_CALLBACK, &leave_escaped, nullptr,
                                   MHD_OPTION_SOCK_ADDR, found.list->ai_addr, MHD_OPTION_THREAD_POOL_SIZE, threads,
                                   MHD_OPTION_CONNECTION_LIMIT, most_connections, MHD_OPTION_CONNECTION_TIMEOUT,
                                   idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, most_header_bytes,
                                   MHD_OPTION_NOTIFY_COMPLETED, &on_completed, nullptr, MHD_OPTION_END);
  if (state->daemon == nullptr) {
    return failure(ErrorCode::unavailable,
                   "'" + options.listen + "' cannot be used: another program has it, or it may not be used.");
  }
  const MHD_DaemonInfo* info = MHD_get_daemon_info(state->daemon, MHD_DAEMON_INFO_BIND_PORT);
  state->address = options.listen.substr(0, colon) + ":" + std::to_string(info == nullptr ? 0 : info->port);
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

}  // namespace wider::web
