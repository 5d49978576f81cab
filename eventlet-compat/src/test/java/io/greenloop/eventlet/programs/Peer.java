package io.greenloop.eventlet.programs;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** The Python of this machine, and how many programs are compared with it. */
final class Peer {
  /** Its interpreter: the one that Debian's packages belong to. */
  static final Path PYTHON = Path.of("/usr/bin/python3");

  private static final int SEEDS = Integer.getInteger("greenloop.seeds", 20);

  private static final String GIVEN = System.getProperty("greenloop.seed", "");

  private static final long FIRST = 1_000;

  private Peer() {}

  /** How many fresh programs: 1,000, 50,000 by night, and one of a given seed. */
  static int programs() {
    if (SEEDS <= 20 && !GIVEN.isEmpty()) {
      return 1;
    }
    return Math.min(50 * SEEDS, 50_000);
  }

  /** Where they begin: at a given seed, else the same ones each time, and others each night. */
  static long firstProgram() {
    if (!GIVEN.isEmpty()) {
      return Long.parseLong(GIVEN);
    }
    return SEEDS > 20 ? new Random().nextInt(1_000_000_000) : FIRST;
  }

  /**
   * Skips the calling test unless fresh programs are asked for, by {@code CI}, {@code
   * -Dgreenloop.live}, a seed or the number of a night, and {@code module} is installed.
   */
  static void assumeAsked(String module) throws Exception {
    boolean asked =
        System.getenv("CI") != null
            || System.getProperty("greenloop.live") != null
            || !GIVEN.isEmpty()
            || SEEDS > 20;
    assumeTrue(
        asked && isInstalled(module),
        "needs CI, -Pnightly or -Dgreenloop.live, and a python3 with " + module);
  }

  private static boolean isInstalled(String module) throws Exception {
    if (!Files.isExecutable(PYTHON)) {
      return false;
    }
    Process python =
        new ProcessBuilder(PYTHON.toString(), "-c", "import " + module)
            .redirectErrorStream(true)
            .start();
    python.getInputStream().readAllBytes();
    return python.waitFor() == 0;
  }
}
