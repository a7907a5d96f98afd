// Who may connect, and over what.
#include "bus_test.hpp"
#include "logchute/bus/publisher.hpp"
#include "support/certificate.hpp"

namespace logchute::bus {
namespace {

using Start = test::NatsServer::Start;

bool connects(ConnectionOptions options, milliseconds timeout = kPatience) {
    const Connection connection(std::move(options));
    return connection.wait_connected(timeout).has_value();
}

/// Long enough for what would work, short enough for what must not.
constexpr milliseconds kRefused{700};

TEST_CASE("a server with a user lets only that user in") {
    const test::NatsServer server(Start::now, {"--user", "logchute", "--pass", "secret"});
    CHECK(connects({.url = server.url(), .user = "logchute", .password = "secret"}));
    CHECK(connects({.url = "nats://logchute:secret@127.0.0.1:" + std::to_string(server.port())}));
    CHECK_FALSE(connects({.url = server.url()}, kRefused));
    CHECK_FALSE(connects({.url = server.url(), .user = "logchute", .password = "wrong"}, kRefused));
}

TEST_CASE("a server with a token lets only its holder in") {
    const test::NatsServer server(Start::now, {"--auth", "sesame"});
    CHECK(connects({.url = server.url(), .token = "sesame"}));
    CHECK_FALSE(connects({.url = server.url(), .token = "wrong"}, kRefused));
}

TEST_CASE("neither passwords nor tokens are said aloud") {
    const test::NatsServer server(Start::now, {"--user", "logchute", "--pass", "secret"});
    std::mutex mutex;
    std::string said;  // under mutex
    const auto listen = [&](bool, std::string_view what) {
        const std::lock_guard lock(mutex);
        said += what;
    };
    CHECK(connects({.url = "nats://logchute:secret@127.0.0.1:" + std::to_string(server.port()), .on_change = listen}));
    CHECK_FALSE(connects({.url = "nats://logchute:secret7@127.0.0.1:" + std::to_string(server.port()), .on_change = listen}, kRefused));
    CHECK_FALSE(said.empty());
    CHECK_FALSE(said.contains("secret"));
}

TEST_CASE("a connection that is refused is tried again, however often") {
    test::NatsServer server(Start::now, {"--user", "logchute", "--pass", "secret"});
    Counter refused;
    const Connection connection({.url = server.url(),
                                 .user = "logchute",
                                 .password = "wrong",
                                 .reconnect_wait = 10ms,
                                 .on_change = [&](bool connected, std::string_view) {
                                     if (!connected) refused.add();
                                 }});
    CHECK(refused.reaches(1));
    CHECK_FALSE(connection.wait_connected(kRefused));
    server.kill();  // said once more, since the reason is another: the attempts go on
    CHECK(refused.reaches(2));
}

TEST_CASE("TLS needs an authority that vouches for the server") {
    const test::Certificate certificate;
    const test::Certificate stranger;
    const test::NatsServer server(Start::now, {"--tls", "--tlscert", certificate.certificate_file(), "--tlskey", certificate.key_file()});
    const std::string address = "localhost:" + std::to_string(server.port());
    CHECK(connects({.url = "nats://" + address, .tls = true, .tls_ca_file = certificate.certificate_file()}));
    CHECK(connects({.url = "tls://" + address, .tls_ca_file = certificate.certificate_file()}));
    CHECK_FALSE(connects({.url = "nats://" + address, .tls = true, .tls_ca_file = stranger.certificate_file()}, kRefused));
    CHECK_FALSE(connects({.url = "nats://" + address, .tls = true}, kRefused));
}

TEST_CASE("messages go over TLS as over anything else") {
    const test::Certificate certificate;
    const test::NatsServer server(Start::now, {"--tlsverify", "--tlscert", certificate.certificate_file(), "--tlskey",
                                               certificate.key_file(), "--tlscacert", certificate.certificate_file()});
    const std::string url = "tls://localhost:" + std::to_string(server.port());
    CHECK_FALSE(
        connects({.url = url, .tls_ca_file = certificate.certificate_file()}, kRefused));  // the server wants to see one of ours, too
    Connection connection({.url = url,
                           .tls_ca_file = certificate.certificate_file(),
                           .tls_cert_file = certificate.certificate_file(),
                           .tls_key_file = certificate.key_file()});
    REQUIRE(connection.wait_connected(kPatience));
    REQUIRE(ensure_stream(connection, {.name = "LOGS", .subjects = {"logs.>"}}));
    Publisher publisher(connection, {});
    CHECK(publisher.publish("logs.x", {}, std::string(3U << 20, 'x')));
}

}  // namespace
}  // namespace logchute::bus
