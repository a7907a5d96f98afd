#include "nats_error.hpp"

#include <string>
#include <string_view>

namespace logchute::bus {
namespace {

// Of newer servers, which nats.h 3.4 does not know.
constexpr int kWrongLastSequenceConstant = 10164;
constexpr int kConsumerAlreadyExists = 10148;

/// "(conn.c:733): SSL handshake error" without the place in cnats's source.
std::string_view without_place(std::string_view text) {
    const auto end = text.starts_with('(') ? text.find("): ") : std::string_view::npos;
    return end == std::string_view::npos ? text : text.substr(end + 3);
}

/// cnats keeps the last error of each thread as text; empty where it said no more than the status.
std::string words(natsStatus status) {
    natsStatus last = NATS_OK;
    const char* text = nats_GetLastError(&last);
    if (text != nullptr && *text != '\0' && last == status) return std::string(without_place(text));
    return natsStatus_GetText(status);
}

}  // namespace

Errc errc_of(natsStatus status) noexcept {
    switch (status) {
        case NATS_TIMEOUT: return Errc::timeout;
        case NATS_IO_ERROR:
        case NATS_CONNECTION_CLOSED:
        case NATS_CONNECTION_DISCONNECTED:
        case NATS_NO_SERVER:
        case NATS_STALE_CONNECTION:
        case NATS_NOT_YET_CONNECTED:
        case NATS_DRAINING:
        case NATS_INVALID_SUBSCRIPTION:
        case NATS_NO_RESPONDERS: return Errc::unavailable;
        case NATS_MAX_PAYLOAD: return Errc::too_large;
        case NATS_NOT_FOUND: return Errc::not_found;
        case NATS_INVALID_ARG:
        case NATS_INVALID_SUBJECT:
        case NATS_INVALID_QUEUE_NAME:
        case NATS_ADDRESS_MISSING: return Errc::invalid;
        default: return Errc::failed;
    }
}

Error nats_error(natsStatus status, std::string_view what) { return Error{errc_of(status), words(status)}.in(what); }

Errc errc_of_jetstream(int error_code, int http_code) noexcept {
    switch (error_code) {
        case JSStreamNotFoundErr:
        case JSConsumerNotFoundErr:
        case JSNoMessageFoundErr: return Errc::not_found;
        case JSStreamMessageExceedsMaximumErr: return Errc::too_large;
        case JSStreamWrongLastSequenceErr:
        case kWrongLastSequenceConstant:
        case JSStreamNameExistErr:
        case JSConsumerNameExistErr:
        case kConsumerAlreadyExists: return Errc::conflict;
        default: break;
    }
    switch (http_code) {
        case 404: return Errc::not_found;
        case 408: return Errc::timeout;
        case 503: return Errc::unavailable;
        default: return Errc::failed;
    }
}

Error jetstream_error(natsStatus status, int error_code, std::string_view what) {
    Error error = nats_error(status, what);
    if (error_code != 0)
        if (const Errc code = errc_of_jetstream(error_code, 0); code != Errc::failed) error.code = code;
    // The API's subjects have no listener: JetStream is switched off, or still starting.
    if (status == NATS_NO_RESPONDERS) error.detail += " (JetStream does not answer: still starting, or switched off)";
    return error;
}

}  // namespace logchute::bus
