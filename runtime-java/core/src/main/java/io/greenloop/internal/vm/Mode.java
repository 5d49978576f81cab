package io.greenloop.internal.vm;

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

  /** What keeps this JVM from {@link #FULL} mode, or null: a missing flag, or the property. */
  public static @Nullable String missing() {
    return MISSING;
  }

  private static @Nullable String findMissing() {
    if ("portable".equals(System.getProperty("greenloop.mode"))) {
      return "-Dgreenloop.mode=portable is set";
    }
    Module module = Mode.class.getModule();
    String target = module.isNamed() ? module.getName() : "ALL-UNNAMED";
    Module base = Object.class.getModule();
    if (!base.isExported("jdk.internal.vm", module)) {
      return EXPORT + target;
    }
    if (!base.isOpen("java.lang", module)) {
      return OPEN + target;
    }
    return VirtualThreads.unavailable();
  }
}
