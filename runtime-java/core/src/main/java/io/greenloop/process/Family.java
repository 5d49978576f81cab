package io.greenloop.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Scanner;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;

/**
 * A process and what it has started, as the system shows it now. Linux says of each process what it
 * has started, which is quickly read; elsewhere the JDK reads the whole table of processes.
 */
final class Family {
  /** What waits for the system must not wait behind the jobs of the default pool. */
  static final Executor OWN_THREAD =
      job -> Thread.ofPlatform().daemon().name("greenloop-process").start(job);

  private static final boolean CHILDREN_ARE_LISTED =
      Files.isReadable(Path.of("/proc/thread-self/children"));

  /** Of a list that changes while it is read, an entry may be missing: so it is read once more. */
  private static final int MOST_READS = 10;

  private Family() {}

  /**
   * Asks each one to end.
   *
   * @return whom it has asked
   */
  static List<ProcessHandle> terminate(Process process) {
    List<ProcessHandle> family = of(process);
    family.forEach(ProcessHandle::destroy);
    return family;
  }

  /** Ends each one, and also {@code others}. */
  static void kill(Process process, Collection<ProcessHandle> others) {
    var all = new LinkedHashSet<>(of(process));
    all.addAll(others);
    all.forEach(ProcessHandle::destroyForcibly);
  }

  /** Itself first, so that it cannot start others once its children end; empty after its end. */
  private static List<ProcessHandle> of(Process process) {
    var family = new ArrayList<ProcessHandle>();
    if (process.isAlive()) {
      family.add(process.toHandle());
      if (CHILDREN_ARE_LISTED) {
        for (int i = 0; i < family.size(); i++) { // grows meanwhile
          childrenOf(family.get(i).pid())
              .forEach(child -> ProcessHandle.of(child).ifPresent(family::add));
        }
      } else {
        process.descendants().forEach(family::add);
      }
    }
    return family;
  }

  private static Set<Long> childrenOf(long pid) {
    Set<Long> children = listed(pid);
    for (int reads = 1; reads < MOST_READS; reads++) {
      Set<Long> again = listed(pid);
      if (again.equals(children)) {
        break;
      }
      children = again;
    }
    return children;
  }

  private static Set<Long> listed(long pid) {
    var children = new TreeSet<Long>();
    Path tasks = Path.of("/proc/" + pid + "/task");
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        try (var numbers = new Scanner(thread.resolve("children"), StandardCharsets.US_ASCII)) {
          while (numbers.hasNextLong()) {
            children.add(numbers.nextLong());
          }
        }
      }
    } catch (IOException | DirectoryIteratorException ended) {
      // It has none any more.
    }
    return children;
  }
}
