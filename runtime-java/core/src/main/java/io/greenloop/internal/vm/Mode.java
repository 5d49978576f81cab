package io.greenloop.internal.vm;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What this JVM was started with: everything, or only public API. Decided once. */
public enum Mode {
  /** The flags are there: the loop is the scheduler of its virtual threads. */
  FULL,
  /** No flags: coroutines are virtual threads of the JDK's scheduler that pass a baton. */
  PORTABLE;

  private static final String EXPORT = "--add-exports java.base/jdk.internal.vm=";
  private static final String OPEN = "--add-opens java.base/java.lang=";

  private static final @Nullable String MISSING = findMissing();
  private static final Mode CURRENT = MISSING == null ? FULL : PORTABLE;

  /** The mode of this JVM. */
  public static Mode current() {
    return CURRENT;
  }

  /** Whether this JVM runs in {@link #FULL} mode. */
  public static boolean isFull() {
    return CURRENT == FULL;
  }

  /**
   * What keeps this JVM from {@link #FULL} mode, or null: the missing flags in one line, or the
   * property.
   */
  public static @Nullable String missing() {
    return MISSING;
  }

  /** Whether portable mode was asked for. */
  public static boolean isPortableByRequest() {
    return "portable".equals(System.getProperty("greenloop.mode"));
  }

  /**
   * The flags that this JVM lacks, in one line: besides those of {@link #missing} the ones that
   * full mode does without.
   */
  public static String missingFlags() {
    var flags = new ArrayList<String>();
    if (MISSING != null) {
      flags.add(MISSING);
    }
    if (!Mode.class.getModule().isNativeAccessEnabled()) {
      flags.add("--enable-native-access=" + target());
    }
    for (String property : List.of("jdk.trackAllThreads=false", "jdk.pollerMode=1")) {
      if (System.getProperty(property.substring(0, property.indexOf('='))) == null) {
        flags.add("-D" + property);
      }
    }
    return String.join(" ", flags);
  }

  private static String target() {
    Module module = Mode.class.getModule();
    return module.isNamed() ? module.getName() : "ALL-UNNAMED";
  }

  private static @Nullable String findMissing() {
    if (isPortableByRequest()) {
      return "-Dgreenloop.mode=portable is set";
    }
    Module module = Mode.class.getModule();
    String target = target();
    Module base = Object.class.getModule();
    var flags = new ArrayList<String>();
    if (!base.isExported("jdk.internal.vm", module)) {
      flags.add(EXPORT + target);
    }
    if (!base.isOpen("java.lang", module)) {
      flags.add(OPEN + target);
    }
    return flags.isEmpty() ? VirtualThreads.unavailable() : String.join(" ", flags);
  }
}
