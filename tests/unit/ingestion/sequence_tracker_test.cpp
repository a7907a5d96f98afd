#include "sequence_tracker.hpp"

#include <catch2/catch_test_macros.hpp>

using logchute::ingestion::SequenceTracker;
using Verdict = SequenceTracker::Verdict;

TEST_CASE("messages in order are taken, each once") {
    SequenceTracker tracker(10);
    CHECK(tracker.next() == 11);
    CHECK(tracker.judge(10) == Verdict::seen);
    CHECK(tracker.judge(11) == Verdict::take);
    CHECK(tracker.judge(11) == Verdict::seen);
    CHECK(tracker.judge(12) == Verdict::take);
    CHECK(tracker.judge(3) == Verdict::seen);
    CHECK(tracker.lost() == 0);
}

TEST_CASE("a hole is first asked for again, and taken in order when it comes") {
    SequenceTracker tracker(0);
    CHECK(tracker.judge(3) == Verdict::gap);
    CHECK(tracker.next() == 1);
    tracker.delivered_again();
    CHECK(tracker.judge(1) == Verdict::take);
    CHECK(tracker.judge(2) == Verdict::take);
    CHECK(tracker.judge(3) == Verdict::take);
    CHECK(tracker.lost() == 0);
}

TEST_CASE("a hole that remains after asking again is counted as lost, each time anew") {
    SequenceTracker tracker(0);
    tracker.delivered_again();
    CHECK(tracker.judge(4) == Verdict::take);
    CHECK(tracker.lost() == 3);
    CHECK(tracker.judge(6) == Verdict::gap);
    tracker.delivered_again();
    CHECK(tracker.judge(6) == Verdict::take);
    CHECK(tracker.lost() == 4);
    CHECK(tracker.next() == 7);
}
