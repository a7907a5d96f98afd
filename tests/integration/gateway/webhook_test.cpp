// GitHub's deliveries against the real server.
#include "log_world.hpp"
#include "sha256.hpp"
#include "webhook_routes.hpp"

using namespace logchute;
using namespace logchute::gateway;

namespace {

constexpr const char* kSecret = "It's a Secret to Everybody";
const std::string kBody =
    R"({"action":"opened","issue":{"number":8,"title":"It leaks"},"repository":{"full_name":"river/dam","name":"dam"}})";

struct WebhookWorld : LogWorld {
    WebhookRoutes webhooks{intake, admission, kSecret, metrics};

    static std::string sign(std::string_view body, std::string_view secret = kSecret) {
        std::string text = "sha256=";
        for (const unsigned char byte : hmac_sha256(secret, body))
            text.append(1, "0123456789abcdef"[byte >> 4]).append(1, "0123456789abcdef"[byte & 15]);
        return text;
    }
    http::Response deliver(const std::string& body, const std::string& delivery = "d-1", const std::vector<http::Header>& changed = {}) {
        std::vector<http::Header> headers{{"Content-Type", "application/json"},
                                          {"X-GitHub-Event", "issues"},
                                          {"X-GitHub-Delivery", delivery},
                                          {"X-Hub-Signature-256", sign(body)}};
        for (const auto& [name, value] : changed)
            for (auto& header : headers)
                if (header.name == name) header.value = value;
        http::Router router;
        webhooks.add_to(router);
        http::Request request;
        request.method = http::Method::post;
        request.path = "/webhook/github";
        request.headers = std::move(headers);
        request.body = body;
        return router.match(http::Method::post, request.path).route->handler(request);
    }
};

}  // namespace

TEST_CASE("a delivery is stored once, by its id and not by its content") {
    WebhookWorld world;
    const auto first = world.deliver(kBody);
    CHECK(first.status == 202);
    CHECK(body_of(first) == R"({"accepted":1})");
    const auto again = world.deliver(kBody);
    CHECK(again.status == 202);
    CHECK(body_of(again) == R"({"accepted":0,"duplicate":true})");
    CHECK(body_of(world.deliver(kBody, "d-2")) == R"({"accepted":1})");
    const auto messages = stored(world);
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].subject == "logs.github");
    CHECK(messages[0].payload.contains("river/dam: issue #8 opened: It leaks"));
    CHECK(bus::find_header(messages[0].headers, bus::kFormatHeader) == "json");
    CHECK(bus::find_header(messages[0].headers, bus::kRecordsHeader) == "1");
}

TEST_CASE("what is not signed as it must be is refused, and does not use up the delivery's id") {
    WebhookWorld world;
    const std::string right = WebhookWorld::sign(kBody);
    std::string flipped = right;
    flipped.back() = flipped.back() == '0' ? '1' : '0';
    const std::string digits = right.substr(7);
    for (const std::string& wrong :
         {std::string(), flipped, digits, right.substr(0, 39), "sha1=" + digits, "sha256=" + std::string(64, 'g'), right + "0",
          WebhookWorld::sign(kBody, ""), WebhookWorld::sign(kBody + " ")}) {
        INFO(wrong);
        CHECK(world.deliver(kBody, "d-1", {{"X-Hub-Signature-256", wrong}}).status == 401);
    }
    CHECK(world.messages() == 0);
    CHECK(world.deliver(kBody).status == 202);
}

TEST_CASE("each thing that is wrong with a delivery has its answer") {
    WebhookWorld world;
    const struct {
        http::Response response;
        int status;
    } cases[] = {
        {world.deliver(kBody, "d-1", {{"Content-Type", "text/plain"}}), 415},
        {world.deliver("payload=%7B%7D", "d-1", {{"Content-Type", "application/x-www-form-urlencoded"}}), 415},
        {world.deliver(kBody, "d-1", {{"X-GitHub-Event", ""}}), 400},
        {world.deliver(kBody, "d-1", {{"X-GitHub-Event", "two words"}}), 400},
        {world.deliver(kBody, ""), 400},
        {world.deliver(kBody, "a\nb"), 400},
        {world.deliver(kBody, std::string(101, 'd')), 400},
        {world.deliver(R"({"half":)"), 400},
        {world.deliver("[]"), 400},
        {world.deliver("[{},{}]"), 400},
        {world.deliver("7"), 400},
        {world.deliver(""), 400},
    };
    for (const auto& [response, status] : cases) {
        INFO(body_of(response));
        CHECK(response.status == status);
    }
    CHECK(world.messages() == 0);
}

TEST_CASE("without a secret the route says how to switch it on") {
    LogWorld world;
    WebhookRoutes off{world.intake, world.admission, "", world.metrics};
    http::Router router;
    off.add_to(router);
    http::Request request;
    const auto response = router.match(http::Method::post, "/webhook/github").route->handler(request);
    CHECK(response.status == 404);
    CHECK(body_of(response).contains("LOGCHUTE_GATEWAY_GITHUB_SECRET"));
}
