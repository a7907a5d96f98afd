#include "nats_error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <utility>
#include <vector>

using logchute::Errc;
using namespace logchute::bus;

TEST_CASE("what cnats reports has the code that callers act on") {
    const std::vector<std::pair<natsStatus, Errc>> table{
        {NATS_TIMEOUT, Errc::timeout},
        {NATS_CONNECTION_CLOSED, Errc::unavailable},
        {NATS_NO_SERVER, Errc::unavailable},
        {NATS_NO_RESPONDERS, Errc::unavailable},
        {NATS_MAX_PAYLOAD, Errc::too_large},
        {NATS_NOT_FOUND, Errc::not_found},
        {NATS_INVALID_SUBJECT, Errc::invalid},
        {NATS_NO_MEMORY, Errc::failed},
        {NATS_ERR, Errc::failed},
    };
    for (const auto& [status, code] : table) {
        CAPTURE(natsStatus_GetText(status));
        CHECK(errc_of(status) == code);
        CHECK_FALSE(nats_error(status, "publish").detail.empty());
    }
}

TEST_CASE("JetStream's own code is more exact than its status") {
    CHECK(jetstream_error(NATS_NOT_FOUND, JSStreamNotFoundErr, "x").code == Errc::not_found);
    CHECK(jetstream_error(NATS_ERR, JSConsumerNameExistErr, "x").code == Errc::conflict);
    CHECK(jetstream_error(NATS_TIMEOUT, 0, "x").code == Errc::timeout);
    CHECK(jetstream_error(NATS_ERR, 10'999, "x").code == Errc::failed);
}
