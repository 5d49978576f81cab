package io.greenloop.examples;

import static io.greenloop.Aio.gather;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.LoopFuture;
import io.greenloop.RunOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Jobs in processes of their own, a few at a time. Cancelling a job, by a time limit for example,
 * kills its process.
 */
public final class ProcessPool implements AutoCloseable {
  private final ExecutorService places;
  private final Set<ProcessHandle> running = ConcurrentHashMap.newKeySet();

  /** At most {@code size} processes run at once. */
  public ProcessPool(int size) {
    places = Executors.newFixedThreadPool(size, Thread.ofPlatform().daemon().factory());
  }

  /** Runs the {@code main} of {@code program} in a JVM: what it prints. */
  public LoopFuture<String> start(Class<?> program, String... args) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(args));
    return Aio.runInterruptible(places, () -> output(command));
  }

  /** The processes that run now. Any thread. */
  public Set<ProcessHandle> running() {
    return Set.copyOf(running);
  }

  /** In a thread of the pool, which a cancel interrupts. */
  private String output(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("job", ".out"); // a read of a pipe cannot be interrupted
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      running.add(process.toHandle());
      try {
        int code = process.waitFor();
        String text = Files.readString(output).strip();
        if (code != 0) {
          throw new IOException(command + " ended with " + code + ": " + text);
        }
        return text;
      } finally {
        process.destroyForcibly();
        running.remove(process.toHandle());
      }
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Kills what still runs. */
  @Override
  public void close() {
    places.shutdownNow();
  }

  /** A job: counts the primes of a range. */
  public static final class CountPrimes {
    private CountPrimes() {}

    private static boolean isPrime(int n) {
      return n > 1 && IntStream.rangeClosed(2, (int) Math.sqrt(n)).allMatch(d -> n % d != 0);
    }

    /** Prints how many there are from the first to the second argument. */
    public static void main(String[] args) {
      int from = Integer.parseInt(args[0]);
      int to = Integer.parseInt(args[1]);
      println(IntStream.range(from, to).filter(CountPrimes::isPrime).count());
    }
  }

  static void run(RunOptions options) {
    try (var pool = new ProcessPool(2)) {
      Aio.run(
          options,
          () -> {
            List<String> counts =
                gather(
                        pool.start(CountPrimes.class, "0", "10000"),
                        pool.start(CountPrimes.class, "10000", "20000"))
                    .join();
            println(counts + " primes");
          });
    }
  }

  /** Runs it. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT);
  }
}
