// The names that the services meet on: streams, subjects, headers, consumers. DESIGN section 4.
#pragma once

#include <string_view>

namespace logchute::bus {

inline constexpr std::string_view kLogsStream = "LOGS";
inline constexpr std::string_view kLogsSubjects = "logs.>";
inline constexpr std::string_view kLogsPrefix = "logs.";
inline constexpr std::string_view kDlqStream = "LOGS_DLQ";
inline constexpr std::string_view kDlqSubjects = "dlq.logs.>";
inline constexpr std::string_view kDlqPrefix = "dlq.";  ///< In front of the subject that the line came on.
inline constexpr std::string_view kMetricsStream = "METRICS";
inline constexpr std::string_view kMetricsSubjects = "metrics.>";
inline constexpr std::string_view kAlertsStream = "ALERTS";
inline constexpr std::string_view kAlertsSubjects = "alerts.>";

inline constexpr std::string_view kIngestionConsumer = "ingestion";
inline constexpr std::string_view kAnalyzerConsumer = "log-analyzer";

inline constexpr std::string_view kStateBucket = "logchute_state";
inline constexpr std::string_view kCacheBucket = "logchute_cache";

// Headers of a message on logs.>.
inline constexpr std::string_view kFormatHeader = "Logchute-Format";        ///< auto (when absent), json, logfmt, clf, syslog, plain
inline constexpr std::string_view kEncodingHeader = "Content-Encoding";     ///< zstd
inline constexpr std::string_view kMessageIdHeader = "Nats-Msg-Id";
inline constexpr std::string_view kJoinHeader = "Logchute-Join";            ///< "true": join continuation lines
inline constexpr std::string_view kServiceHeader = "Logchute-Service";      ///< for records without one
inline constexpr std::string_view kTagsHeader = "Logchute-Tags";            ///< a JSON object of strings, added to every record
inline constexpr std::string_view kUploadHeader = "Logchute-Upload";        ///< id of the upload these lines belong to
inline constexpr std::string_view kRecordsHeader = "Logchute-Records";      ///< how many records the publisher counted in it

// Headers of a message on dlq.logs.>, beside those that the line came with.
inline constexpr std::string_view kReasonHeader = "Logchute-Reason";
inline constexpr std::string_view kDetailHeader = "Logchute-Detail";
inline constexpr std::string_view kSubjectHeader = "Logchute-Subject";
inline constexpr std::string_view kSequenceHeader = "Logchute-Sequence";
inline constexpr std::string_view kOrdinalsHeader = "Logchute-Ordinals";    ///< of the letter's lines in their message: "3", "0-4,7"
inline constexpr std::string_view kReceivedHeader = "Logchute-Received";    ///< when their message came in, RFC 3339
inline constexpr std::string_view kDeliveredHeader = "Logchute-Delivered";
inline constexpr std::string_view kLengthHeader = "Logchute-Length";        ///< of a line that was too long to be kept whole

}  // namespace logchute::bus
