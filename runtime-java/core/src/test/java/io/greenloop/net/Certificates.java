package io.greenloop.net;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;

/** Keys and certificates that are made when a test wants them. */
final class Certificates {
  private static final int SESSIONS = 64;
  private static final char[] PASSWORD = "secret".toCharArray();
  private static final byte[] ECDSA_WITH_SHA256 = {
    0x30, 0x0a, 0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02
  };
  private static final AtomicLong SERIAL = new AtomicLong(1);

  /** Who signs; trusted by nobody but who is told to. */
  static final Certificates AUTHORITY = new Certificates("CN=an authority");

  private final String name;
  private final KeyPair keys;
  private final X509Certificate certificate;

  /** A key, its certificate and the one that signed it. */
  record Identity(PrivateKey key, X509Certificate... chain) {
    /** Key and chain as OpenSSL reads them. */
    Path toPem(Path folder, String fileName) throws Exception {
      var text = new StringBuilder(pem("PRIVATE KEY", key.getEncoded()));
      for (X509Certificate each : chain) {
        text.append(pem("CERTIFICATE", each.getEncoded()));
      }
      return Files.writeString(folder.resolve(fileName), text);
    }
  }

  Certificates(String name) {
    this.name = name;
    keys = newKeys();
    Instant now = Instant.now();
    certificate =
        sign(name, keys, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)), true);
  }

  // ---- certificates ------------------------------------------------------------------------

  /** An identity for {@code hosts}, names or addresses. */
  Identity issue(String... hosts) {
    Instant now = Instant.now();
    return issue(now.minus(Duration.ofHours(1)), now.plus(Duration.ofHours(1)), hosts);
  }

  /** One whose time is over. */
  Identity issueExpired(String... hosts) {
    Instant now = Instant.now();
    return issue(now.minus(Duration.ofHours(2)), now.minus(Duration.ofHours(1)), hosts);
  }

  private Identity issue(Instant from, Instant to, String... hosts) {
    KeyPair own = newKeys();
    return new Identity(
        own.getPrivate(), sign("CN=" + hosts[0], own, from, to, false, hosts), certificate);
  }

  Path toPem(Path folder, String fileName) throws Exception {
    return Files.writeString(
        folder.resolve(fileName), pem("CERTIFICATE", certificate.getEncoded()));
  }

  // ---- contexts ----------------------------------------------------------------------------

  /** A context that trusts this authority and has these identities. */
  SSLContext context(Identity... identities) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (Identity each : identities) {
        store.setKeyEntry("key" + store.size(), each.key(), PASSWORD, each.chain());
      }
      KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX"); // chooses by the asked name
      own.init(store, PASSWORD);
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("authority", certificate);
      TrustManagerFactory others = TrustManagerFactory.getInstance("PKIX");
      others.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own.getKeyManagers(), others.getTrustManagers(), null);
      // By default 20,000 sessions are kept for a day, which looks like a leak.
      context.getClientSessionContext().setSessionCacheSize(SESSIONS);
      context.getServerSessionContext().setSessionCacheSize(SESSIONS);
      return context;
    } catch (GeneralSecurityException | java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A server's options for {@code localhost}. */
  static TlsOptions localhost() {
    return TlsOptions.server(AUTHORITY.context(AUTHORITY.issue("localhost", "127.0.0.1", "::1")));
  }

  /** A client that trusts the authority. */
  static TlsOptions trusting() {
    return TlsOptions.client(AUTHORITY.context());
  }

  // ---- their bytes -------------------------------------------------------------------------

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private X509Certificate sign(
      String subject, KeyPair own, Instant from, Instant to, boolean authority, String... hosts) {
    byte[] basic =
        sequence(
            new byte[] {0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01, (byte) 0xff},
            tagged(0x04, sequence(authority ? new byte[] {0x01, 0x01, (byte) 0xff} : new byte[0])));
    byte[] names = new byte[0];
    for (String host : hosts) {
      names = join(names, alternative(host));
    }
    byte[] extensions =
        hosts.length == 0
            ? sequence(basic)
            : sequence(
                basic,
                sequence(new byte[] {0x06, 0x03, 0x55, 0x1d, 0x11}, tagged(0x04, sequence(names))));
    byte[] body =
        sequence(
            tagged(0xa0, new byte[] {0x02, 0x01, 0x02}),
            tagged(0x02, BigInteger.valueOf(SERIAL.getAndIncrement()).toByteArray()),
            ECDSA_WITH_SHA256,
            new X500Principal(name).getEncoded(),
            sequence(time(from), time(to)),
            new X500Principal(subject).getEncoded(),
            own.getPublic().getEncoded(),
            tagged(0xa3, extensions));
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(body);
      byte[] whole =
          sequence(body, ECDSA_WITH_SHA256, tagged(0x03, join(new byte[] {0}, signature.sign())));
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(whole));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] alternative(String host) {
    boolean address = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    if (!address) {
      return tagged(0x82, host.getBytes(StandardCharsets.US_ASCII));
    }
    try {
      return tagged(0x87, InetAddress.ofLiteral(host).getAddress());
    } catch (IllegalArgumentException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] time(Instant when) {
    String text =
        DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC).format(when);
    return tagged(0x18, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] sequence(byte[]... parts) {
    return tagged(0x30, join(parts));
  }

  private static byte[] tagged(int tag, byte[] content) {
    var bytes = new ByteArrayOutputStream();
    bytes.write(tag);
    if (content.length < 0x80) {
      bytes.write(content.length);
    } else if (content.length < 0x100) {
      bytes.write(0x81);
      bytes.write(content.length);
    } else {
      bytes.write(0x82);
      bytes.write(content.length >> 8);
      bytes.write(content.length);
    }
    bytes.writeBytes(content);
    return bytes.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    var bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  private static String pem(String what, byte[] bytes) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
        + "\n-----END "
        + what
        + "-----\n";
  }
}
