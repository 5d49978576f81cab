package io.greenloop.examples;

import static java.lang.IO.println;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.greenloop.net.ConnectOptions;
import io.greenloop.net.ListenOptions;
import io.greenloop.net.Protocol;
import io.greenloop.net.Server;
import io.greenloop.net.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@link EchoServer} in the callback tier, with its client: nothing in a protocol waits. */
public final class CallbackEchoServer {
  private CallbackEchoServer() {}

  /** Sends back what comes, and stops reading while the client does not. */
  private static final class Echo implements Protocol {
    @SuppressWarnings("NullAway.Init") // by connectionMade, which comes first
    private Transport transport;

    @Override
    public void connectionMade(Transport transport) {
      this.transport = transport;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      transport.write(data);
    }

    @Override
    public void pauseWriting() {
      transport.pauseReading();
    }

    @Override
    public void resumeWriting() {
      transport.resumeReading();
    }
  }

  /** Says one word and keeps what is answered, until the server has said it all. */
  private static final class Question implements Protocol {
    private final String word;
    private final Promise<String> answered = Aio.newPromise();
    private final StringBuilder answer = new StringBuilder();

    Question(String word) {
      this.word = word;
    }

    @Override
    public void connectionMade(Transport transport) {
      transport.write(word.getBytes(UTF_8));
      transport.shutdownOutput();
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      answer.append(UTF_8.decode(data));
    }

    @Override
    public void connectionLost(@Nullable Throwable reason) {
      answered.complete(reason == null ? answer.toString() : "lost by " + reason);
    }

    LoopFuture<String> answer() {
      return answered;
    }
  }

  static void run() {
    Aio.run(
        () -> {
          EventLoop loop = EventLoop.current();
          Server server =
              loop.listen(ListenOptions.on(new InetSocketAddress("localhost", 0)), Echo::new);
          var there = ConnectOptions.to(server.localAddresses().getFirst());
          for (String word : new String[] {"hello", "world"}) {
            var question = loop.connect(there, () -> new Question(word)).join().protocol();
            println(question.answer().join());
          }
          server.shutdown(Duration.ofSeconds(1));
          println("connections left: " + server.connections());
        });
  }

  /** Asks itself. */
  public static void main(String[] args) {
    run();
  }
}
