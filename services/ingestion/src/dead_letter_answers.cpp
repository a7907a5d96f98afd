#include "dead_letter_answers.hpp"

#include <openssl/evp.h>

#include <exception>
#include <utility>

#include <nlohmann/json.hpp>

#include "logchute/core/json_text.hpp"

namespace logchute::ingestion {
namespace {

using Json = nlohmann::json;

std::string base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and the NUL that it ends with
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));  // a letter is far below 2 GiB
    text.resize(static_cast<std::size_t>(size));
    return text;
}

Json encode(const DeadLetter& letter) {
    const bool is_text = json::is_valid_utf8(letter.payload);
    return {{"id", to_string(letter.id)},
            {"subject", json::to_valid_utf8(letter.subject)},
            {"payload", is_text ? letter.payload : base64(letter.payload)},
            {"base64", !is_text},
            {"detail", json::to_valid_utf8(letter.detail)}};
}

Json encode(const std::vector<std::pair<Reason, ReasonSummary>>& reasons) {
    Json all{{"total", std::uint64_t{0}}, {"reasons", Json::array()}};
    std::uint64_t total = 0;
    for (const auto& [reason, summary] : reasons) {
        total += summary.count;
        Json samples = Json::array();
        for (const DeadLetter& letter : summary.samples) samples.push_back(encode(letter));
        all["reasons"].push_back({{"reason", to_string(reason)},
                                  {"count", summary.count},
                                  {"first_seen", format_rfc3339(summary.first_seen)},
                                  {"last_seen", format_rfc3339(summary.last_seen)},
                                  {"samples", std::move(samples)}});
    }
    all["total"] = total;
    return all;
}

Result<LetterId> letter_id(const Json& text) {
    if (!text.is_string()) return fail(Errc::invalid, "ids must be strings, as /api/v1/dlq lists them");
    const auto id = parse_letter_id(text.get_ref<const std::string&>());
    if (!id) return fail(Errc::not_found, "no dead letter has such an id; list them with /api/v1/dlq");
    return *id;
}

Result<Reason> reason_of(const Json& text) {
    const auto reason = text.is_string() ? parse_reason(text.get_ref<const std::string&>()) : std::nullopt;
    if (!reason)
        return fail(Errc::invalid, "reason must be invalid_format, invalid_json, invalid_timestamp, invalid_utf8, too_long or empty");
    return *reason;
}

Result<ReplayRequest> replay_request(const Json& asked) {
    ReplayRequest request;
    for (const auto& [name, value] : asked.items()) {
        if (name == "reason") {
            auto reason = reason_of(value);
            if (!reason) return std::unexpected(std::move(reason).error());
            request.reason = *reason;
        } else if (name == "ids") {
            if (!value.is_array()) return fail(Errc::invalid, "ids must be a list of ids, as /api/v1/dlq lists them");
            for (const Json& it : value) {
                auto id = letter_id(it);
                if (!id) return std::unexpected(std::move(id).error());
                request.ids.push_back(*id);
            }
        } else if (name == "format") {
            request.format = value.is_string() ? parse_format(value.get_ref<const std::string&>()) : std::nullopt;
            if (!request.format) return fail(Errc::invalid, "format must be auto, json, logfmt, clf, syslog or plain");
        } else if (name == "dry_run") {
            if (!value.is_boolean()) return fail(Errc::invalid, "dry_run must be true or false");
            request.dry_run = value.get<bool>();
        } else {
            return fail(Errc::invalid,
                        "unknown member '" + json::to_valid_utf8(name.substr(0, 64)) + "'; use reason or ids, format, dry_run");
        }
    }
    if (request.reason.has_value() == !request.ids.empty())
        return fail(Errc::invalid, "say what to replay: either {\"reason\":\"invalid_json\"} or {\"ids\":[...]}");
    return request;
}

template <class Answer>
bus::RequestHandler handler(Answer answer) {
    return [answer](std::string_view request, bus::ReplyWriter& reply) -> Result<void> {
        try {
            const Json asked = Json::parse(request, nullptr, /*allow_exceptions=*/false);
            if (!asked.is_object()) return fail(Errc::invalid, "the body must be a JSON object");
            Result<Json> answered = answer(asked);
            if (!answered) return std::unexpected(std::move(answered).error());
            return reply.write(answered->dump());
        } catch (const std::exception& failure) {
            return fail(Errc::failed, failure.what());
        }
    };
}

Result<Json> list(DeadLetterQueue& queue, const Json& asked) {
    const auto listed = queue.list(asked.value("limit", std::size_t{10}));
    if (!listed) return std::unexpected(listed.error());
    return encode(*listed);
}

Result<Json> get(DeadLetterQueue& queue, const Json& asked) {
    const auto id = letter_id(asked.value("id", Json()));
    if (!id) return std::unexpected(id.error());
    const auto letter = queue.get(*id);
    if (!letter) return std::unexpected(letter.error());
    Json answer = encode(*letter);
    answer["reason"] = to_string(letter->reason);
    return answer;
}

Result<Json> replay(DeadLetterQueue& queue, const Json& asked) {
    const auto request = replay_request(asked);
    if (!request) return std::unexpected(request.error());
    const auto outcome = queue.replay(*request);
    if (!outcome) return std::unexpected(outcome.error());
    return Json{{"selected", outcome->selected},
                {"parsed", outcome->parsed},
                {"still_failing", outcome->still_failing},
                {"replayed", outcome->replayed}};
}

Result<Json> purge(DeadLetterQueue& queue, const Json& asked) {
    std::optional<Reason> reason;
    if (asked.contains("reason")) {
        const auto named = reason_of(asked["reason"]);
        if (!named) return std::unexpected(named.error());
        reason = *named;
    }
    const auto purged = queue.purge(reason);
    if (!purged) return std::unexpected(purged.error());
    return Json{{"purged", *purged}};
}

}  // namespace

std::unique_ptr<bus::Responder> serve_dead_letters(bus::Connection& connection, DeadLetterQueue& queue) {
    const auto route = [&queue](const char* subject, Result<Json> (*answer)(DeadLetterQueue&, const Json&)) {
        return bus::Responder::Route{subject, handler([&queue, answer](const Json& asked) { return answer(queue, asked); })};
    };
    std::vector<bus::Responder::Route> routes{route("svc.dlq.list", list), route("svc.dlq.get", get), route("svc.dlq.replay", replay),
                                              route("svc.dlq.purge", purge)};
    return std::make_unique<bus::Responder>(connection, "dlq", std::move(routes), bus::ResponderOptions{.threads = 1, .waiting_max = 64});
}

}  // namespace logchute::ingestion
