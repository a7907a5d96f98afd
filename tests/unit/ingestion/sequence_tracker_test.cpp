#include "sequence_tracker.hpp"

#include <catch2/catch_test_macros.hpp>

using logchute::ingestion::SequenceTracker;
using Verdict = SequenceTracker::Verdict;

TEST_CASE("messages in order are taken, each once") {
    SequenceTracker tracker(10);
    CHECK(tracker.next() == 11);
    CHECK(tracker.judge(10, 7) == Verdict::seen);
    CHECK(tracker.judge(11, 8) == Verdict::take);
    CHECK(tracker.judge(11, 9) == Verdict::seen);
    CHECK(tracker.judge(12, 10) == Verdict::take);
    CHECK(tracker.judge(3, 11) == Verdict::seen);
    CHECK(tracker.lost() == 0);
}

TEST_CASE("deliveries that were lost on the way are asked for again, and taken in order") {
    SequenceTracker tracker(0);
    CHECK(tracker.judge(1, 1) == Verdict::take);
    CHECK(tracker.judge(4, 4) == Verdict::gap);
    CHECK(tracker.judge(5, 5) == Verdict::gap);  // whatever else was fetched with it
    CHECK(tracker.next() == 2);
    tracker.restarted();
    CHECK(tracker.judge(2, 1) == Verdict::take);
    CHECK(tracker.judge(3, 2) == Verdict::take);
    CHECK(tracker.judge(4, 3) == Verdict::take);
    CHECK(tracker.lost() == 0);
}

TEST_CASE("a repeated delivery does not hide that others were lost before it") {
    SequenceTracker tracker(0);
    tracker.restarted();
    CHECK(tracker.judge(1, 1) == Verdict::take);
    CHECK(tracker.judge(1, 5) == Verdict::seen);
    CHECK(tracker.judge(6, 6) == Verdict::gap);
    CHECK(tracker.lost() == 0);
}

TEST_CASE("a hole in the stream itself is counted as lost") {
    SequenceTracker tracker(0);
    tracker.restarted();
    CHECK(tracker.judge(4, 1) == Verdict::take);
    CHECK(tracker.lost() == 3);
    CHECK(tracker.judge(6, 2) == Verdict::take);
    CHECK(tracker.lost() == 4);
    CHECK(tracker.next() == 7);
}

TEST_CASE("a consumer that was not made anew is not believed about a hole at first") {
    SequenceTracker tracker(0);
    CHECK(tracker.judge(4, 9) == Verdict::gap);
    CHECK(tracker.lost() == 0);
}
