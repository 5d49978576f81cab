package io.greenloop.eventlet;

/** A {@link Pool} of things that mean nothing: it limits how many do something at a time. */
public final class TokenPool extends Pool<TokenPool.Token> {
  /** Has an identity, and nothing else. */
  public static final class Token {
    private Token() {}
  }

  /** At most {@code maxSize} tokens. */
  public TokenPool(int maxSize) {
    super(PoolOptions.DEFAULT.withMaxSize(maxSize), Token::new);
  }
}
