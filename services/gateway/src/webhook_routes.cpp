#include "webhook_routes.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "github_event.hpp"
#include "logchute/core/json_records.hpp"
#include "refusals.hpp"
#include "sha256.hpp"

namespace logchute::gateway {
namespace {

using http::Problem;
using http::Request;
using http::Response;

constexpr std::string_view kSignatureHeader = "X-Hub-Signature-256";
constexpr std::string_view kEventHeader = "X-GitHub-Event";
constexpr std::string_view kDeliveryHeader = "X-GitHub-Delivery";
constexpr std::string_view kSignaturePrefix = "sha256=";
constexpr std::size_t kDeliveryBytesMax = 100;

std::optional<unsigned char> nibble(char c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<unsigned char>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned char>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned char>(c - 'A' + 10);
    return std::nullopt;
}

/// "sha256=" and 64 hexadecimal digits.
std::optional<Digest> parse_signature(std::string_view text) noexcept {
    if (!text.starts_with(kSignaturePrefix)) return std::nullopt;
    text.remove_prefix(kSignaturePrefix.size());
    Digest digest{};
    if (text.size() != 2 * digest.size()) return std::nullopt;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const auto high = nibble(text[2 * i]);
        const auto low = nibble(text[2 * i + 1]);
        if (!high || !low) return std::nullopt;
        digest[i] = static_cast<unsigned char>(*high << 4 | *low);
    }
    return digest;
}

bool is_delivery(std::string_view id) noexcept {
    return !id.empty() && id.size() <= kDeliveryBytesMax && std::ranges::all_of(id, [](char c) { return c > ' ' && c < '\x7f'; });
}

Problem no_header(std::string_view name, std::string_view what) {
    return {
        .status = 400,
        .detail = "the header " + std::string(name) + " is missing or is not " + std::string(what) + "; GitHub sends it with each delivery",
        .parameter = std::string(name)};
}

}  // namespace

WebhookRoutes::WebhookRoutes(Intake& intake, const Admission& admission, std::string secret, runtime::Metrics& metrics)
    : intake_(intake), admission_(admission), secret_(std::move(secret)), refused_for_bus_(gateway::refused_total(metrics, "bus")) {
    const auto counter = [&](std::string_view outcome) {
        return metrics.counter("gateway_webhook_deliveries_total", "Deliveries of GitHub's webhooks, by what became of them.",
                               {{"outcome", std::string(outcome)}});
    };
    accepted_total_ = counter("accepted");
    duplicate_total_ = counter("duplicate");
    refused_total_ = counter("refused");
}

void WebhookRoutes::add_to(http::Router& router) {
    router.post("/webhook/github", [this](Request& request) { return deliver(request); }, {.body_bytes_max = kWebhookBytesMax});
}

std::optional<Problem> WebhookRoutes::refuse(const Request& request) const {
    if (secret_.empty())
        return Problem{.status = 404,
                       .detail =
                           "webhooks are switched off; set gateway.github_secret (LOGCHUTE_GATEWAY_GITHUB_SECRET) to the secret that the "
                           "webhook has at GitHub"};
    if (request.media_type() != "application/json")
        return Problem{.status = 415, .detail = "set the webhook's content type to application/json at GitHub"};
    if (!is_github_event(request.header(kEventHeader))) return no_header(kEventHeader, "the name of an event");
    if (!is_delivery(request.header(kDeliveryHeader))) return no_header(kDeliveryHeader, "an id of up to 100 visible ASCII characters");
    const auto signature = parse_signature(request.header(kSignatureHeader));
    if (!signature || !equal_in_constant_time(*signature, hmac_sha256(secret_, request.body)))
        return Problem{.status = 401,
                       .detail =
                           "X-Hub-Signature-256 is missing or does not sign this body with gateway.github_secret; give the webhook the "
                           "same secret at GitHub"};
    return std::nullopt;
}

Response WebhookRoutes::deliver(Request& request) {
    http::Parameters parameters(request);
    auto problem = parameters.finish();
    if (!problem) problem = refuse(request);
    if (problem) {
        refused_total_.add();
        return Response::problem(*std::move(problem));
    }
    const auto checked = json_records(std::move(request.body));
    if (!checked || checked->count != 1) {
        refused_total_.add();
        return Response::problem(
            {.status = 400,
             .detail = checked ? "a delivery is one JSON object" : "the delivery cannot be read: " + checked.error().detail});
    }
    if (auto open = admission_.check(); !open) return Response::error(open.error());
    const auto delivery = request.header(kDeliveryHeader);
    const std::string line = github_record({.name = request.header(kEventHeader), .delivery = delivery, .payload = checked->lines});
    const auto ack = intake_.take_once({.source = "github", .format = Format::json}, line, "github-" + std::string(delivery));
    if (!ack) {
        refused_for_bus_.add();
        return Response::error(ack.error());
    }
    (ack->duplicate ? duplicate_total_ : accepted_total_).add();
    return Response::json(ack->duplicate ? R"({"accepted":0,"duplicate":true})" : R"({"accepted":1})", 202);
}

}  // namespace logchute::gateway
