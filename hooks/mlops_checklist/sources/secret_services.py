"""Services that give their users a key: data alone."""

# What is given to the bare name of one is its key, if it looks random: `"mistral": "x"`.
SERVICES = frozenset(
    "openai anthropic mistral cohere groq deepgram elevenlabs assemblyai together replicate"
    " fireworks openrouter deepseek gemini perplexity voyage jina huggingface pinecone qdrant"
    " weaviate wandb comet neptune tavily serpapi sendgrid mailgun twilio stripe datadog pagerduty"
    " opsgenie mapbox algolia openweather tomtom newsapi finnhub polygon quandl".split()
)
