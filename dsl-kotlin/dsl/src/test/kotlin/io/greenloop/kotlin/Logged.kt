package io.greenloop.kotlin

import java.text.MessageFormat
import java.util.logging.Handler
import java.util.logging.LogRecord
import java.util.logging.Logger

/** What [body] has logged, instead of printing it. */
internal fun logged(body: () -> Unit): List<String> {
  val lines = ArrayList<String>()
  val keep =
    object : Handler() {
      override fun publish(record: LogRecord) {
        lines += MessageFormat.format(record.message, *record.parameters.orEmpty())
      }

      override fun flush() {}

      override fun close() {}
    }
  val logger = Logger.getLogger("io.greenloop")
  logger.addHandler(keep)
  logger.useParentHandlers = false
  try {
    body()
  } finally {
    logger.removeHandler(keep)
    logger.useParentHandlers = true
  }
  return lines
}
