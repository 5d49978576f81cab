package io.greenloop;

import io.greenloop.internal.vm.Mode;
import java.lang.System.Logger.Level;

/**
 * Says once, when the first loop is made, that this JVM runs in portable mode and which flag is
 * missing; says nothing where portable mode was asked for.
 */
final class ModeNotice {
  static {
    String missing = Mode.missing();
    if (missing != null && !missing.startsWith("-Dgreenloop.mode")) {
      System.getLogger("io.greenloop")
          .log(Level.WARNING, "Greenloop runs in portable mode; missing: " + missing);
    }
  }

  private ModeNotice() {}

  /** Says it, if it has not been said. */
  static void show() {}
}
