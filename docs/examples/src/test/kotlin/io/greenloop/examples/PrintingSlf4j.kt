package io.greenloop.examples

import org.slf4j.ILoggerFactory
import org.slf4j.IMarkerFactory
import org.slf4j.MDC
import org.slf4j.Marker
import org.slf4j.event.Level
import org.slf4j.helpers.BasicMarkerFactory
import org.slf4j.helpers.LegacyAbstractLogger
import org.slf4j.helpers.NOPMDCAdapter
import org.slf4j.spi.MDCAdapter
import org.slf4j.spi.SLF4JServiceProvider

/** Prints what the examples log, with the MDC's values before it, which are kept by thread as in Logback. */
class PrintingSlf4j : SLF4JServiceProvider {
  private val adapter = ValuesByThread()

  override fun getLoggerFactory() = ILoggerFactory { PrintingLogger(it) }

  override fun getMarkerFactory(): IMarkerFactory = BasicMarkerFactory()

  override fun getMDCAdapter(): MDCAdapter = adapter

  override fun getRequestedApiVersion() = "2.0.99"

  override fun initialize() = Unit
}

private class PrintingLogger(
  name: String,
) : LegacyAbstractLogger() {
  private val prints = name.startsWith("io.greenloop.examples.")

  init {
    this.name = name
  }

  override fun isTraceEnabled() = false

  override fun isDebugEnabled() = false

  override fun isInfoEnabled() = prints

  override fun isWarnEnabled() = prints

  override fun isErrorEnabled() = prints

  override fun getFullyQualifiedCallerName(): String? = null

  override fun handleNormalizedLoggingCall(
    level: Level,
    marker: Marker?,
    message: String,
    arguments: Array<out Any?>?,
    thrown: Throwable?,
  ) = println("${MDC.getCopyOfContextMap().toSortedMap()} $message")
}

private class ValuesByThread : NOPMDCAdapter() {
  private val values = ThreadLocal.withInitial { mapOf<String, String>() }

  override fun put(
    key: String,
    value: String,
  ) = values.set(values.get() + (key to value))

  override fun get(key: String): String? = values.get()[key]

  override fun remove(key: String) = values.set(values.get() - key)

  override fun clear() = values.remove()

  override fun getCopyOfContextMap(): Map<String, String> = values.get()

  override fun setContextMap(map: Map<String, String>) = values.set(map)
}
