package io.greenloop.reactor.linux;

import org.jspecify.annotations.Nullable;

/** What every engine of Linux needs. Any thread. */
public final class Prerequisites {
  private Prerequisites() {}

  /** Whether this JVM was not meant to have such an engine: nothing to be logged. */
  public static @Nullable String notMeant() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return "it needs Linux";
    }
    if (!Object.class.getModule().isOpen("java.lang", here())) {
      return "it needs --add-opens java.base/java.lang=" + target();
    }
    return null;
  }

  /** What is missing where all else that full mode needs is there, or null. */
  public static @Nullable String missing() {
    if (!here().isNativeAccessEnabled()) {
      return "it needs --enable-native-access=" + target();
    }
    return ChannelInsides.unavailable();
  }

  private static Module here() {
    return Prerequisites.class.getModule();
  }

  private static String target() {
    return here().isNamed() ? here().getName() : "ALL-UNNAMED";
  }
}
