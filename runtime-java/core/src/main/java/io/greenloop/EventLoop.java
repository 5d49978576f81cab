package io.greenloop;

import io.greenloop.internal.loop.ChannelProactor;
import io.greenloop.internal.loop.Entries;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopCores;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.loop.TransferProactor;
import io.greenloop.internal.loop.Watch.Direction;
import io.greenloop.net.ConnectOptions;
import io.greenloop.net.Connection;
import io.greenloop.net.DatagramOptions;
import io.greenloop.net.DatagramProtocol;
import io.greenloop.net.DatagramTransport;
import io.greenloop.net.ListenOptions;
import io.greenloop.net.Protocol;
import io.greenloop.net.ProtocolFactory;
import io.greenloop.net.Server;
import io.greenloop.net.TlsOptions;
import io.greenloop.net.Transports;
import io.greenloop.reactor.AsynchronousProactor;
import io.greenloop.reactor.GuestSeat;
import io.greenloop.reactor.LoopGuest;
import io.greenloop.reactor.Proactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/**
 * An event loop: runs tasks, callbacks and timers on one thread of its own, one piece at a time
 * (Python: {@code asyncio.AbstractEventLoop}).
 *
 * <p>The loop's thread is created at the first run, idles between runs, and ends at {@link #close}.
 * {@code run*} may be called on any thread and blocks it; that thread's locks and thread-locals are
 * not the loop's. While the loop does not run, the thread that created it, or ran it last, may set
 * it up.
 *
 * <p><b>Order:</b> what is scheduled first runs first. A callback runs to its end before anything
 * else does, unless it blocks in foreign code: then it goes on behind what is queued by then.
 *
 * <p><b>Room:</b> loop or setup, unless a method says "any thread".
 */
public final class EventLoop implements AutoCloseable {
  static {
    LoopCores.setLookup(face -> ((EventLoop) face).core);
    Entries.setLayer(
        new Entries.Layer() {
          @Override
          public Runnable reusable(Object face, Object context, Runnable body) {
            EventLoop loop = (EventLoop) face;
            return loop.traced(new Callback(body, (TaskContext) context, loop.currentTaskOrNull()));
          }

          @Override
          public boolean isFatal(Throwable thrown) {
            return Fatal.isFatal(thrown);
          }

          @Override
          public void report(Object face, String message, Throwable thrown) {
            if (Fatal.isFatal(thrown)) {
              throw Unchecked.raise(thrown);
            }
            ((EventLoop) face).report(ErrorContext.of(message, thrown));
          }
        });
  }

  private static final ThreadLocal<@Nullable EventLoop> CURRENT = new ThreadLocal<>();
  private static final Duration SLOW_CALLBACK = Duration.ofMillis(100);

  private final LoopCore core;
  private final TaskRegistry registry;
  private final UnseenFailures failures = new UnseenFailures(this);
  private final ErrorReports errors = new ErrorReports(this);
  private final Executors executors = new Executors(this);
  private final Shutdown shutdown = new Shutdown(this);
  private final Bridges bridges = new Bridges(this);
  private final SignalCallbacks signals = new SignalCallbacks(this);
  private final IdleCallbacks idle = new IdleCallbacks();
  private final Proactor<SocketChannel, ServerSocketChannel> proactor;
  private final ChannelProactor asynchronousProactor;
  private final ParkedSteps parkedSteps = new ParkedSteps(this);
  private volatile boolean debug;
  private Duration slowCallbackThreshold = SLOW_CALLBACK;
  private TaskFactory taskFactory = TaskFactories.lazy();
  private final Rooms rooms;
  private final Runs runs;
  private final long taskBudgetNanos;

  EventLoop(LoopOptions options) {
    ModeNotice.show();
    debug = options.debug();
    registry = new TaskRegistry(options.maxTasks().orElse(Integer.MAX_VALUE));
    taskBudgetNanos = options.taskBudget().map(Times::nanos).orElse(Long.MAX_VALUE);
    core =
        new LoopCore(
            options.name(),
            this,
            options.clock(),
            options.network(),
            new EntryEvents(this),
            options.schedule(),
            Times.nanos(options.spin()));
    rooms = new Rooms(this, core);
    runs = new Runs(this, core, rooms);
    proactor = new TransferProactor(core, this::checkRoom);
    asynchronousProactor = new ChannelProactor(core, this::checkRoom);
    timeEntries();
  }

  // ---- creating and finding ----------------------------------------------------------------

  /** A new loop with default options (Python: {@code new_event_loop}). */
  public static EventLoop create() {
    return create(LoopOptions.defaults());
  }

  /** A new loop. */
  public static EventLoop create(LoopOptions options) {
    return new EventLoop(options);
  }

  /**
   * The loop that runs the calling line, else the one that {@link #setCurrent} gave this thread
   * (Python: {@code get_running_loop}, {@code get_event_loop}). Nothing is created implicitly.
   *
   * @throws IllegalStateException if there is neither
   */
  public static EventLoop current() {
    EventLoop loop = currentOrNull();
    if (loop == null) {
      throw new IllegalStateException(
          "no event loop runs in thread '"
              + Thread.currentThread().getName()
              + "'; run code on one with Aio.run, or create one with EventLoop.create()");
    }
    return loop;
  }

  /** {@link #current}, or null where there is none (Python: {@code _get_running_loop}). */
  public static @Nullable EventLoop currentOrNull() {
    EventLoop loop = runningHere();
    return loop == null ? CURRENT.get() : loop;
  }

  /** Sets what {@link #current} gives in this thread while no loop runs there; null removes it. */
  public static void setCurrent(@Nullable EventLoop loop) {
    if (loop == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(loop);
    }
  }

  /** The loop that runs the calling line, or null. */
  static @Nullable EventLoop runningHere() {
    LoopCore core = LoopThread.currentLoop();
    return core == null ? null : (EventLoop) core.face();
  }

  /** The loop that runs the calling line. */
  static EventLoop running(String operation) {
    EventLoop loop = runningHere();
    if (loop == null) {
      throw new IllegalStateException(
          operation
              + ": no event loop runs in thread '"
              + Thread.currentThread().getName()
              + "'; call it from a task, or start one with Aio.run");
    }
    return loop;
  }

  // ---- scheduling --------------------------------------------------------------------------

  /**
   * Queues {@code callback} behind everything that is ready (Python: {@code call_soon}).
   *
   * @throws LoopClosedException if the loop is closed
   * @throws WrongThreadException when called off the loop
   */
  public Handle callSoon(Runnable callback) {
    if (!core.isOnLoop()) {
      checkUsable("callSoon");
    }
    var entry = newCallback(callback);
    core.ready(entry, null);
    return entry;
  }

  /** {@link #callSoon(Runnable)} in {@code context} itself instead of a copy of the present one. */
  public Handle callSoon(TaskContext context, Runnable callback) {
    checkUsable("callSoon");
    Objects.requireNonNull(callback, "callback");
    var entry = traced(new Callback(callback, context, currentTaskOrNull()));
    core.ready(entry, null);
    return entry;
  }

  /**
   * Queues {@code callback} from any thread and wakes the loop (Python: {@code
   * call_soon_threadsafe}). Callbacks of one thread keep their order.
   *
   * @return a handle that any thread may cancel
   * @throws LoopClosedException if the loop is closed
   */
  public Handle callSoonThreadsafe(Runnable callback) {
    rooms.checkOpen("callSoonThreadsafe");
    if (core.isOnLoop()) {
      return callSoon(callback);
    }
    Objects.requireNonNull(callback, "callback");
    var entry = traced(new Callback(callback, TaskContext.currentValues(), null));
    core.post(entry, null);
    return entry;
  }

  /**
   * Runs {@code callback} once, {@code delay} after now (Python: {@code call_later}). When its time
   * comes it is queued behind all that is ready; zero or less: the next turn. Equal due times fire
   * in scheduling order.
   *
   * @param delay on the loop's clock, to the nanosecond
   * @throws LoopClosedException if the loop is closed
   * @throws WrongThreadException when called off the loop
   */
  public TimerHandle callLater(Duration delay, Runnable callback) {
    checkUsable("callLater");
    return timer(Times.after(core.nanos(), delay), callback);
  }

  /** {@link #callLater} with a point in time of {@link #time()} (Python: {@code call_at}). */
  public TimerHandle callAt(Duration when, Runnable callback) {
    checkUsable("callAt");
    return timer(when.toNanos(), callback);
  }

  private TimerHandle timer(long dueNanos, Runnable callback) {
    return new TimerHandle(this, newCallback(callback), dueNanos);
  }

  /** Loop or setup: a callback in a copy of the present context. */
  Callback newCallback(Runnable callback) {
    Objects.requireNonNull(callback, "callback");
    Map<ContextVar<?>, Object> values = TaskContext.greenletValues();
    if (core.currentAction() instanceof Callback origin) { // first: callbacks breed callbacks
      return traced(new Callback(callback, values == null ? origin.contextValues() : values, null));
    }
    if (values == null) {
      values = entryValues();
    }
    if (values == null) {
      values = TaskContext.ofThread().values();
    }
    return traced(new Callback(callback, values, currentTaskOrNull()));
  }

  private Callback traced(Callback entry) {
    if (debug) {
      entry.traceCreation(this);
    }
    return entry;
  }

  /** Now, on the loop's clock: monotonic, from an arbitrary origin. Any thread. */
  public Duration time() {
    return Duration.ofNanos(core.nanos());
  }

  // ---- futures and tasks -------------------------------------------------------------------

  /** A future to be completed by hand (Python: {@code create_future}). */
  public <T extends @Nullable Object> Promise<T> newPromise() {
    checkUsable("newPromise");
    return new Promise<>(this);
  }

  /**
   * A promise that only code of this loop will complete: what primitives built on the loop wait
   * for. A program in which all wait for such promises or for tasks is dead-locked, and is told so
   * by {@link LoopExit}.
   *
   * @param what what its waiter waits for, in reports: {@code "an item of queue 'jobs'"}
   */
  public <T extends @Nullable Object> Promise<T> newPromise(String what) {
    checkUsable("newPromise");
    return new Promise<>(this, what);
  }

  /**
   * A task for {@code body}; its first step is queued, so tasks start in the order of creation and
   * never inside this call. On a loop that does not run yet it starts with the next run.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the loop has as many tasks as {@link
   *     LoopOptions#withMaxTasks} allows
   */
  public <T extends @Nullable Object> Task<T> spawn(Callable<? extends T> body) {
    return spawn(TaskOptions.DEFAULT, body);
  }

  /** {@link #spawn(Callable)} for a body without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public Task<@Nullable Void> spawn(ThrowingRunnable body) {
    return spawn(TaskOptions.DEFAULT, Bodies.callable(body));
  }

  /** {@link #spawn(Callable)} with a name, a context, an eager start. */
  public <T extends @Nullable Object> Task<T> spawn(
      TaskOptions options, Callable<? extends T> body) {
    checkUsable("spawn");
    registry.checkSpace(this, "spawn");
    return taskFactory.create(this, options, options.rebound(body));
  }

  /** A task whose steps {@code driver} runs; the first one is queued. */
  public <T extends @Nullable Object> Task<T> drive(TaskOptions options, TaskDriver<T> driver) {
    checkUsable("drive");
    registry.checkSpace(this, "spawn");
    var task = new DrivenTask<T>(this, options, driver);
    registry.add(task);
    core.ready(task, null);
    return task;
  }

  /**
   * Runs {@code body} as a task of this loop, from any thread but the loop's own (Python: {@code
   * run_coroutine_threadsafe}). Cancelling the result cancels the task. If the loop is closed
   * before the task has ended, the result fails with {@link LoopClosedException}.
   *
   * @throws LoopClosedException if the loop is closed
   */
  public <T extends @Nullable Object> CompletableFuture<T> submit(Callable<? extends T> body) {
    rooms.checkOpen("submit");
    return bridges.submit(body);
  }

  /**
   * Tells the loop that some other thread is going to hand it work by {@link #callSoonThreadsafe},
   * until the registration is removed: tasks that wait for a queue or an event which only that
   * thread feeds are no dead-lock, and a virtual clock does not jump past it. {@link #submit},
   * {@link #wrap}, executor jobs and watched channels are known without it.
   *
   * <p><b>Room:</b> loop or setup; {@link Registration#remove} from any thread.
   */
  public Registration expectPosts() {
    checkUsable("expectPosts");
    core.outsideJobs(+1);
    var expected = new AtomicBoolean(true);
    return () -> {
      boolean was = expected.getAndSet(false);
      if (was) {
        core.post((Runnable) () -> core.outsideJobs(-1), null);
      }
      return was;
    };
  }

  /**
   * A future of this loop with the outcome of {@code stage} (Python: {@code wrap_future}).
   * Cancelling it cancels the stage, if that can be cancelled.
   */
  public <T extends @Nullable Object> LoopFuture<T> wrap(CompletionStage<T> stage) {
    checkUsable("wrap");
    return bridges.wrap(stage);
  }

  /** The future of {@code awaitable}, which must belong to this loop. */
  public <T extends @Nullable Object> LoopFuture<T> ensureFuture(Awaitable<T> awaitable) {
    LoopFuture<T> future = awaitable.asFuture();
    if (future.loop() != this) {
      throw new IllegalArgumentException(
          "ensureFuture: " + future + " belongs to " + future.loop() + ", not to " + this);
    }
    return future;
  }

  /** A task for {@code body}. */
  public <T extends @Nullable Object> Task<T> ensureFuture(Callable<? extends T> body) {
    return spawn(body);
  }

  /** The task that the present run waits for: main. Empty outside of a run. Any thread. */
  public Optional<Task<?>> mainTask() {
    return runs.awaited() instanceof Task<?> main ? Optional.of(main) : Optional.empty();
  }

  /** The unfinished tasks of this loop: a snapshot. Any thread. */
  public Set<Task<?>> allTasks() {
    return registry.snapshot();
  }

  /** Decides how {@code spawn} makes tasks; null restores the default. */
  public void setTaskFactory(@Nullable TaskFactory factory) {
    taskFactory = factory == null ? TaskFactories.lazy() : factory;
  }

  /** What {@link #setTaskFactory} set, or the default. */
  public TaskFactory taskFactory() {
    return taskFactory;
  }

  // ---- channels ----------------------------------------------------------------------------

  /**
   * Queues {@code callback} in each turn that finds {@code channel} readable, or with a connection
   * to accept, until it is taken back (Python: {@code add_reader}). Replaces the reader that the
   * channel has, whose call is dropped even if it is queued.
   *
   * <p>The callback runs in a copy of the present context. A channel that is closed meanwhile is
   * forgotten without a call.
   *
   * @param channel in non-blocking mode; once nobody is registered for it, it is free again
   * @throws IllegalArgumentException if the channel is closed, in blocking mode, or cannot be read
   * @throws IllegalStateException if a task waits to read from it
   * @throws java.io.UncheckedIOException if the operating system refuses an engine
   */
  public Registration addReader(SelectableChannel channel, Runnable callback) {
    checkUsable("addReader");
    return ChannelCallback.add(this, "addReader", channel, Direction.IN, callback);
  }

  /** {@link #addReader} for room to send, or the end of a connection attempt. */
  public Registration addWriter(SelectableChannel channel, Runnable callback) {
    checkUsable("addWriter");
    return ChannelCallback.add(this, "addWriter", channel, Direction.OUT, callback);
  }

  /**
   * Takes the reader of {@code channel} back; its writer stays (Python: {@code remove_reader}).
   *
   * @return whether there was one
   */
  public boolean removeReader(SelectableChannel channel) {
    checkUsable("removeReader");
    return ChannelCallback.remove(this, channel, Direction.IN);
  }

  /** {@link #removeReader} for the writer. */
  public boolean removeWriter(SelectableChannel channel) {
    checkUsable("removeWriter");
    return ChannelCallback.remove(this, channel, Direction.OUT);
  }

  /**
   * The addresses of {@code host}, in the system's order of preference; a literal address is not
   * looked up (Python: {@code getaddrinfo}). The look-up runs in the default pool, the calling task
   * parks.
   *
   * @throws UnknownHostException if the name has no address
   * @throws CancelledError if the task is cancelled; a look-up under way goes on, unheard
   */
  public List<InetAddress> resolve(String host) throws UnknownHostException {
    checkUsable("resolve");
    return HostNames.resolve(this, host);
  }

  /**
   * Opens a UDP socket for callbacks (Python: {@code create_datagram_endpoint}); parks the calling
   * task if a name must be resolved. Its protocol has been told when this returns.
   *
   * @throws java.net.BindException if the port is taken
   */
  public DatagramTransport openDatagram(DatagramOptions options, DatagramProtocol protocol)
      throws IOException {
    checkUsable("openDatagram");
    return DatagramTransport.open(options, protocol);
  }

  /** Reads, writes, accepts and connects by completion instead of readiness. */
  public Proactor<SocketChannel, ServerSocketChannel> proactor() {
    return proactor;
  }

  /**
   * Reads, writes, accepts and connects on the JDK's asynchronous channels (Python: the {@code
   * ProactorEventLoop} of Windows), and reads and writes files without holding the loop.
   */
  public AsynchronousProactor asynchronousProactor() {
    return asynchronousProactor;
  }

  // ---- transports --------------------------------------------------------------------------

  /**
   * Connects, and lets a protocol talk (Python: {@code create_connection}). The addresses are
   * raced, see {@link ConnectOptions}.
   *
   * @param factory makes the protocol once the connection is there
   * @return a task that is done when {@link Protocol#connectionMade} has returned; it fails if no
   *     address answers, or with what the factory or that callback throws. Cancelling it leaves no
   *     socket behind
   */
  public <P extends Protocol> Task<Connection<P>> connect(
      ConnectOptions options, ProtocolFactory<P> factory) {
    checkUsable("connect");
    return Transports.connect(this, options, factory);
  }

  /**
   * {@link #connect(ConnectOptions, ProtocolFactory)} with TLS (Python: {@code
   * create_connection(ssl=…)}): {@link Protocol#connectionMade} comes when the handshake is done.
   *
   * @param tls the server's certificate must be for the host that is connected to, unless they name
   *     another one
   * @return a task that fails also with an {@link javax.net.ssl.SSLException} if the two sides do
   *     not agree, a {@link io.greenloop.net.ConnectionAbortedException} if that takes too long,
   *     and a {@link io.greenloop.net.ConnectionResetException} if the other side ends the
   *     connection meanwhile
   * @throws IllegalArgumentException if these are the options of a server, or several hosts are to
   *     be tried and none is named
   */
  public <P extends Protocol> Task<Connection<P>> connect(
      ConnectOptions options, TlsOptions tls, ProtocolFactory<P> factory) {
    checkUsable("connect");
    return Transports.connect(this, options, tls, factory);
  }

  /**
   * Listens, and lets a protocol of its own talk on each connection (Python: {@code
   * create_server}), with TLS if the options say so. A connection whose protocol cannot be made is
   * closed, and that is reported.
   *
   * @throws java.net.BindException if a port is taken, or no address is one of this machine;
   *     nothing is left listening then
   * @throws UnknownHostException if a name has no address
   * @throws IllegalStateException in a callback, if a name must be looked up first
   */
  public Server listen(ListenOptions options, ProtocolFactory<?> factory) throws IOException {
    checkUsable("listen");
    return Transports.listen(this, options, factory);
  }

  /**
   * Takes over a channel that was connected, or accepted, elsewhere (Python: {@code
   * connect_accepted_socket}). It belongs to the transport from then on.
   *
   * @throws IllegalArgumentException if the channel is not connected
   */
  public <P extends Protocol> Task<Connection<P>> adopt(
      SocketChannel channel, ProtocolFactory<P> factory) {
    checkUsable("adopt");
    return Transports.adopt(this, channel, null, factory);
  }

  /**
   * {@link #adopt(SocketChannel, ProtocolFactory)} with TLS.
   *
   * @param tls a client's or a server's; a client's without a server name takes the one that was
   *     connected to
   */
  public <P extends Protocol> Task<Connection<P>> adopt(
      SocketChannel channel, TlsOptions tls, ProtocolFactory<P> factory) {
    checkUsable("adopt");
    return Transports.adopt(this, channel, Objects.requireNonNull(tls, "tls"), factory);
  }

  /**
   * Takes the reading end of a pipe over, and lets a protocol hear what comes (Python: {@code
   * connect_read_pipe}). At the end of the pipe it is told {@link Protocol#eofReceived} and,
   * whatever that returns, {@link Protocol#connectionLost}. {@code Streams.reader} is the same for
   * tasks.
   */
  public <P extends Protocol> Task<Connection<P>> readPipe(
      Pipe.SourceChannel source, ProtocolFactory<P> factory) {
    checkUsable("readPipe");
    return Transports.pipe(this, source, factory);
  }

  /**
   * Takes the writing end of a pipe over, for a protocol that writes it (Python: {@code
   * connect_write_pipe}). That nobody reads the pipe any more is noticed by the next write, and is
   * the reason that {@link Protocol#connectionLost} is told. {@code Streams.writer} is the same for
   * tasks.
   */
  public <P extends Protocol> Task<Connection<P>> writePipe(
      Pipe.SinkChannel sink, ProtocolFactory<P> factory) {
    checkUsable("writePipe");
    return Transports.pipe(this, sink, factory);
  }

  // ---- signals -----------------------------------------------------------------------------

  /**
   * Runs {@code callback} on this loop each time a signal of the operating system arrives (Python:
   * {@code add_signal_handler}). One per signal: the last one wins. Closing the loop removes it,
   * and what the JVM did before is put back.
   *
   * @param signal its name without SIG: {@code INT}, {@code TERM}, {@code HUP}
   * @throws IllegalArgumentException if there is no such signal here
   * @throws IllegalStateException if the JVM or the operating system keeps the signal
   */
  public Registration addSignalHandler(String signal, Runnable callback) {
    checkUsable("addSignalHandler");
    Objects.requireNonNull(callback, "callback");
    return signals.add(signal, callback);
  }

  // ---- executors ---------------------------------------------------------------------------

  /**
   * Runs a blocking or CPU-bound {@code job} on another thread (Python: {@code run_in_executor}).
   * Cancelling the future drops a job that has not started; a running one goes on.
   *
   * @param executor null for the default pool: at most min(32, processors + 4) daemon threads
   */
  public <T extends @Nullable Object> LoopFuture<T> runInExecutor(
      @Nullable Executor executor, Callable<? extends T> job) {
    checkUsable("runInExecutor");
    return executors.run(executor, job);
  }

  /**
   * {@link #runInExecutor}, but cancelling the future interrupts a job that runs. The future is
   * cancelled at once; the job ends when it notices.
   */
  public <T extends @Nullable Object> LoopFuture<T> runInterruptible(
      @Nullable Executor executor, Callable<? extends T> job) {
    checkUsable("runInterruptible");
    return InterruptibleJob.run(this, executor, job);
  }

  /**
   * This loop for code that wants an executor: each job is a task of the loop, which may wait as
   * tasks do; delays are timers on the loop's clock. Any thread may use it; jobs of one thread
   * start in order.
   *
   * <p>Each call gives an executor of its own. Cancelling a future of it with {@code true} cancels
   * the task. {@code shutdown} lets delayed jobs run and ends periodic ones; the loop itself goes
   * on. Closing the loop cancels the jobs that it has not finished.
   */
  public ScheduledExecutorService asExecutor() {
    return bridges.executor();
  }

  /** Replaces the default pool. */
  public void setDefaultExecutor(ExecutorService executor) {
    executors.setDefault(executor);
  }

  /**
   * Ends the default pool: waits for its jobs (parks the calling task), at most {@code limit}; then
   * interrupts those of {@link #runInterruptible}, reports them and what still runs, and lets go.
   * Using the default pool afterwards is an error (Python: {@code shutdown_default_executor}).
   */
  public void shutdownExecutor(Duration limit) {
    executors.shutdown(limit);
  }

  // ---- errors and debugging ----------------------------------------------------------------

  /** Gets what went wrong where no caller can be told; null restores the default, which logs. */
  public void setExceptionHandler(@Nullable BiConsumer<EventLoop, ErrorContext> handler) {
    errors.setHandler(handler);
  }

  /** What {@link #setExceptionHandler} set, or null. */
  public @Nullable BiConsumer<EventLoop, ErrorContext> exceptionHandler() {
    return errors.handler();
  }

  /** Reports to the exception handler (Python: {@code call_exception_handler}). */
  public void report(ErrorContext error) {
    errors.report(error);
  }

  /** Whether debug mode is on: creation lines, slow callbacks, more checks. */
  public boolean isDebug() {
    return debug;
  }

  /** Turns debug mode on or off. */
  public void setDebug(boolean debug) {
    this.debug = debug;
    timeEntries();
  }

  /** In debug mode callbacks that take longer are logged; 100 ms at first. */
  public void setSlowCallbackThreshold(Duration threshold) {
    slowCallbackThreshold = Objects.requireNonNull(threshold, "threshold");
    timeEntries();
  }

  private void timeEntries() {
    core.reportSlower(debug ? Times.nanos(slowCallbackThreshold) : Long.MAX_VALUE);
    core.countTime(taskBudgetNanos != Long.MAX_VALUE);
  }

  /** How long the steps of a task may run in all; {@code Long.MAX_VALUE} for no limit. */
  long taskBudgetNanos() {
    return taskBudgetNanos;
  }

  /** See {@link #setSlowCallbackThreshold}. */
  public Duration slowCallbackThreshold() {
    return slowCallbackThreshold;
  }

  // ---- running -----------------------------------------------------------------------------

  /**
   * Runs until {@code main} returns.
   *
   * @return its result; what it throws is thrown here
   * @throws IllegalStateException if the loop runs already, if another one runs in this thread, or
   *     if {@link #stop} ended the run early
   */
  public <T extends @Nullable Object> T runUntilComplete(Callable<? extends T> main) {
    try (var _ = rooms.beginSetup("runUntilComplete")) {
      return runUntilComplete((Awaitable<T>) spawn((Callable<T>) main::call));
    }
  }

  /** {@link #runUntilComplete(Callable)} for something that exists already. */
  public <T extends @Nullable Object> T runUntilComplete(Awaitable<T> main) {
    try (var _ = rooms.beginSetup("runUntilComplete")) {
      return runs.untilDone(ensureFuture(main));
    }
  }

  /**
   * Runs until {@link #stop}, or until something fatal is thrown. Ctrl-C is that when this is
   * called on the JVM's main thread; the loop can run again afterwards, to clean up.
   *
   * @throws InterruptedByUserException on Ctrl-C
   */
  public void runForever() {
    runs.untilStopped();
  }

  /**
   * Ends the run after the present turn; what was queued meanwhile stays for the next run. Called
   * before a run: it takes one turn.
   */
  public void stop() {
    checkRoom("stop");
    core.stop();
  }

  /** Whether a run is under way. Any thread. */
  public boolean isRunning() {
    return core.isRunning();
  }

  /** Whether {@link #close} has been called. Any thread. */
  public boolean isClosed() {
    return core.isClosed();
  }

  /**
   * Ends the loop and its thread. Queued callbacks and timers are dropped; the default pool is told
   * to stop without waiting; failures that nobody saw are reported. Idempotent.
   *
   * @throws IllegalStateException while the loop runs
   */
  @Override
  public void close() {
    if (core.isClosed()) {
      return;
    }
    try (var claim = rooms.tryClaimForClose()) {
      if (claim == null && rooms.isBeingClosed()) {
        return;
      }
      if (claim == null) {
        throw new IllegalStateException("close: " + this + " runs; stop it first");
      }
      signals.removeAll();
      executors.close();
      failures.reportAll();
      core.close();
      asynchronousProactor.close();
      bridges.close();
      registry.abandon(this);
    }
    if (CURRENT.get() == this) {
      CURRENT.remove();
    }
  }

  /** The steps of an orderly end, for {@link Runner}. */
  Shutdown shutdown() {
    return shutdown;
  }

  /**
   * Registers something that {@code Aio.run} and {@link Runner} close while tasks can still run,
   * after the leftover tasks have ended (Python: {@code shutdown_asyncgens}).
   */
  public Registration onShutdown(ThrowingRunnable closer) {
    checkUsable("onShutdown");
    Registration registered = shutdown.register(closer);
    return () -> {
      checkRoom("remove");
      return registered.remove();
    };
  }

  /**
   * Calls {@code callback} once, when nothing is ready, no timer is set, and nothing outside is
   * known to wake this loop; the program does not count as dead-locked then (gevent: {@code
   * hub.join}).
   */
  public Registration onIdle(Runnable callback) {
    checkUsable("onIdle");
    Objects.requireNonNull(callback, "callback");
    return idle.add(callback);
  }

  // ---- for this package --------------------------------------------------------------------

  IdleCallbacks idle() {
    return idle;
  }

  LoopCore core() {
    return core;
  }

  TaskRegistry registry() {
    return registry;
  }

  UnseenFailures failures() {
    return failures;
  }

  ErrorReports errors() {
    return errors;
  }

  Runs runs() {
    return runs;
  }

  Bridges bridges() {
    return bridges;
  }

  ParkedSteps parkedSteps() {
    return parkedSteps;
  }

  /**
   * Lets the event loop of another library live on the thread of this one: for the authors of
   * bridges. While it does, no dead-lock can be proven: nobody knows what it waits for.
   *
   * <p><b>Room:</b> loop, while it runs.
   *
   * @throws IllegalStateException if this loop does not run, or its time or network is not real
   * @throws UncheckedIOException if the operating system refuses an engine
   */
  public GuestSeat host(LoopGuest guest) {
    Objects.requireNonNull(guest, "guest");
    checkRoom("host");
    if (!core.isOnLoop() || core.isVirtualTime() || core.network().isSimulated()) {
      throw new IllegalStateException(
          "host on "
              + this
              + ": a guest needs a loop that runs, in real time and on a real network");
    }
    try {
      return core.poller().seat(guest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The task whose code runs now, or null. Loop. */
  @Nullable Task<?> currentTaskOrNull() {
    return core.isOnLoop() && core.currentOwner() instanceof Task<?> task ? task : null;
  }

  /** The context of the entry that runs now, or null during setup. */
  @Nullable TaskContext entryContext() {
    Object owner = core.currentOwner();
    if (owner instanceof Task<?> task) {
      return task.context();
    }
    return owner instanceof Callback callback ? callback.context() : null;
  }

  /** The values of {@link #entryContext}, without making one. */
  @Nullable Map<ContextVar<?>, Object> entryValues() {
    Object owner = core.currentOwner();
    if (owner instanceof Task<?> task) {
      return task.contextValues();
    }
    return owner instanceof Callback callback ? callback.contextValues() : null;
  }

  /** Changes {@link #entryContext}; false during setup. */
  boolean setEntryContext(TaskContext context) {
    Object owner = core.currentOwner();
    if (owner instanceof Task<?> task) {
      task.setContext(context);
      return true;
    }
    if (owner instanceof Callback callback) {
      callback.setContext(context);
      return true;
    }
    return false;
  }

  /** The current task, which is about to wait; throws where there is none that could. */
  Task<?> taskThatMayWait(String operation) {
    Task<?> task = currentTaskOrNull();
    return task != null ? task : rooms.refuseWait(operation);
  }

  /**
   * Throws unless the caller may use what belongs to this loop: it runs on it, or sets it up. For
   * authors of things that are bound to a loop. Any thread.
   *
   * @param operation the name of the call, for the error
   * @throws WrongThreadException if it may not
   */
  public void checkRoom(String operation) {
    if (!core.isOnLoop()) {
      rooms.checkSetup(operation);
    }
  }

  private void checkUsable(String operation) {
    if (!core.isOnLoop()) {
      rooms.checkOpen(operation);
      rooms.checkSetup(operation);
    }
  }

  /** Runs {@code supplier} as code of the loop's set-up. */
  <T extends @Nullable Object> T setUp(String operation, Supplier<T> supplier) {
    try (var _ = rooms.beginSetup(operation)) {
      return supplier.get();
    }
  }

  @Override
  public String toString() {
    return "loop '" + core.name() + "'";
  }
}
