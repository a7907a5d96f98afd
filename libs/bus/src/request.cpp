#include "logchute/bus/request.hpp"

#include <charconv>

#include "headers.hpp"
#include "nats_error.hpp"
#include "reply.hpp"
#include "subject.hpp"
#include "subscription.hpp"

namespace logchute::bus {
namespace {

/// One request, from its question to the last piece.
class Exchange {
public:
    Exchange(std::shared_ptr<Subscription> answers, const std::function<void(std::string_view)>& on_bytes)
        : answers_(std::move(answers)), on_bytes_(on_bytes) {}

    Result<void> receive_all(milliseconds timeout) {
        while (!complete_) {
            auto next = answers_->next(timeout);
            if (next.status == NATS_NO_RESPONDERS) return fail(Errc::unavailable, "nobody serves this request at present");
            if (next.status == NATS_TIMEOUT) return fail(Errc::timeout, "no answer within " + std::to_string(timeout.count()) + " ms");
            if (next.status != NATS_OK) return fail(Errc::unavailable, "the connection to NATS was lost");
            if (auto taken = take(*next.message); !taken) return taken;
        }
        return {};
    }

private:
    Result<void> take(natsMsg& message) {
        const auto payload = payload_of(message);
        if (const auto error = header_of(message, kErrorHeader); !error.empty()) return fail(parse_errc(error), std::string(payload));
        if (!is_next(header_of(message, kPieceHeader)))
            return fail(Errc::failed, "a piece of the reply is missing: it came faster than it was taken");
        total_ += payload.size();
        if (total_ > kReplyBytesMax)
            return fail(Errc::too_large, "the reply has more than " + std::to_string(kReplyBytesMax) + " bytes; ask for less");
        on_bytes_(payload);
        complete_ = header_of(message, kLastHeader) == "1";
        return {};
    }

    bool is_next(std::string_view text) {
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        return error == std::errc{} && end == text.data() + text.size() && number == expected_++;
    }

    const std::shared_ptr<Subscription> answers_;
    const std::function<void(std::string_view)>& on_bytes_;
    std::uint64_t expected_ = 0;
    std::size_t total_ = 0;
    bool complete_ = false;
};

}  // namespace

Result<void> request(Connection& connection, std::string_view subject, std::string_view payload, milliseconds timeout,
                     const std::function<void(std::string_view)>& on_bytes) {
    if (!is_publishable(subject)) return fail(Errc::invalid, "this is no subject to ask on: '" + subject_token(subject) + "'");
    const LinkPtr link = connection.impl().link();
    if (!link) return fail(Errc::unavailable, "not connected to NATS");
    const std::string inbox = Connection::Impl::new_inbox();
    auto answers = Subscription::open(link, inbox, "", {.messages = -1, .bytes = static_cast<int>(kReplyBytesMax)});
    if (!answers) return std::unexpected(std::move(answers).error());
    const std::string subject_text(subject);
    const Headers headers{{kPatienceHeader, std::to_string(timeout.count())}};
    auto sent = link->publish({.subject = subject_text.c_str(), .reply = inbox.c_str(), .headers = &headers, .payload = payload});
    if (!sent) return sent;
    link->push_out();
    return Exchange(*std::move(answers), on_bytes).receive_all(timeout);
}

Result<std::string> request(Connection& connection, std::string_view subject, std::string_view payload, milliseconds timeout) {
    std::string reply;
    auto done = request(connection, subject, payload, timeout, [&](std::string_view bytes) { reply.append(bytes); });
    if (!done) return std::unexpected(std::move(done).error());
    return reply;
}

std::string health_subject(std::string_view service) { return "svc." + std::string(service) + ".health"; }

std::unique_ptr<Responder> answer_health(Connection& connection, std::string_view service, std::function<std::string()> report) {
    std::vector<Responder::Route> routes;
    routes.push_back(
        {health_subject(service), [report = std::move(report)](std::string_view, ReplyWriter& reply) { return reply.write(report()); }});
    return std::make_unique<Responder>(connection, "health", std::move(routes), ResponderOptions{.threads = 1, .waiting_max = 64});
}

}  // namespace logchute::bus
