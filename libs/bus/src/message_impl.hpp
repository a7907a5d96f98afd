// A delivered message as this library's own sources see it.
#pragma once

#include "ack_subject.hpp"
#include "connection_impl.hpp"
#include "logchute/bus/consumer.hpp"
#include "nats_handles.hpp"

namespace logchute::bus {

struct Message::Impl {
    MsgPtr handle;
    DeliveryInfo delivery;
    Connection::Impl* connection;  ///< Outlives every message; an ack goes over whatever link there is by then.
};

}  // namespace logchute::bus
