package io.greenloop;

import io.greenloop.internal.vm.Mode;
import java.lang.System.Logger.Level;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;

/**
 * Says once, when the first loop is made, that this JVM runs in portable mode and which flags are
 * missing; says nothing where portable mode was asked for.
 */
final class ModeNotice {
  private static final String LOGGER = "io.greenloop";

  static {
    if (!Mode.isFull() && !Mode.isPortableByRequest()) {
      String text = "portable mode; for full mode start the JVM with: " + Mode.missingFlags();
      // The JDK's own format would put a line with date, class and method before a single line.
      if (isLoggingUntouched()) {
        System.err.println("WARNING " + LOGGER + ": " + text);
      } else {
        System.getLogger(LOGGER).log(Level.WARNING, text);
      }
    }
  }

  private ModeNotice() {}

  /** Says it, if it has not been said. */
  static void show() {}

  /** Whether nobody has chosen where log lines go, or what they look like. */
  private static boolean isLoggingUntouched() {
    Module finder = System.LoggerFinder.getLoggerFinder().getClass().getModule();
    if (!finder.isNamed() || !finder.getName().startsWith("java.")) {
      return false;
    }
    boolean isSetUp =
        Stream.of("config.file", "config.class", "SimpleFormatter.format")
            .anyMatch(name -> System.getProperty("java.util.logging." + name) != null);
    try {
      return !isSetUp && isPlain(Logger.getLogger(LOGGER));
    } catch (NoClassDefFoundError e) {
      return true; // no module java.logging: the JDK prints by itself
    }
  }

  private static boolean isPlain(Logger logger) {
    Handler[] own = logger.getHandlers();
    Handler[] root = Logger.getLogger("").getHandlers();
    return own.length == 0
        && root.length == 1
        && root[0].getClass() == ConsoleHandler.class
        && root[0].getFormatter().getClass() == SimpleFormatter.class
        && logger.isLoggable(java.util.logging.Level.WARNING);
  }
}
