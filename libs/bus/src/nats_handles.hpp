// One owner for every handle of cnats.
#pragma once

#include <memory>

#include <nats/nats.h>

namespace logchute::bus {

template <auto F>
struct CFree {
    template <class T>
    void operator()(T* handle) const noexcept {
        F(handle);
    }
};

using ConnectionPtr = std::unique_ptr<natsConnection, CFree<natsConnection_Destroy>>;
using OptionsPtr = std::unique_ptr<natsOptions, CFree<natsOptions_Destroy>>;
using SubscriptionPtr = std::unique_ptr<natsSubscription, CFree<natsSubscription_Destroy>>;
using MsgPtr = std::unique_ptr<natsMsg, CFree<natsMsg_Destroy>>;
using InboxPtr = std::unique_ptr<natsInbox, CFree<natsInbox_Destroy>>;

using JsPtr = std::unique_ptr<jsCtx, CFree<jsCtx_Destroy>>;
using StreamInfoPtr = std::unique_ptr<jsStreamInfo, CFree<jsStreamInfo_Destroy>>;
using ConsumerInfoPtr = std::unique_ptr<jsConsumerInfo, CFree<jsConsumerInfo_Destroy>>;
using PubAckPtr = std::unique_ptr<jsPubAck, CFree<jsPubAck_Destroy>>;

using StorePtr = std::unique_ptr<kvStore, CFree<kvStore_Destroy>>;
using EntryPtr = std::unique_ptr<kvEntry, CFree<kvEntry_Destroy>>;

}  // namespace logchute::bus
